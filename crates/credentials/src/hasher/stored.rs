//! Password hashes as they are stored, here or by the program from which they were taken over.

use std::str::FromStr;

use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::BASE64_NOPAD;
use pbkdf2::pbkdf2_hmac;
use portcullis_domain::ports::credentials::HashingError;
use portcullis_domain::secret::{Password, PasswordHash};
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::Memory;

/// The most memory that checking one hash may take: 1 GiB. A hash that asks for more came from somebody who wants the
/// program to stop, not from one that checked passwords with it.
pub(super) const MAX_MEMORY_KIB: u32 = 1024 * 1024;
/// The most work: memory times passes, in KiB.
const MAX_WORK_KIB: u64 = 16 * 1024 * 1024;
const MAX_ITERATIONS: u32 = 64;
const MAX_LANES: u32 = 64;
/// Sixteen times the work of the usual 12.
const MAX_BCRYPT_COST: u32 = 16;
/// Sixteen times what OWASP asks for.
const MAX_PBKDF2_ROUNDS: u32 = 10_000_000;
/// bcrypt looks at no more bytes than these.
const BCRYPT_BYTES: usize = 72;

/// Whether argon2 with these costs is checked at all.
pub(super) fn is_bearable(memory_kib: u32, iterations: u32, lanes: u32) -> bool {
    memory_kib <= MAX_MEMORY_KIB
        && iterations <= MAX_ITERATIONS
        && lanes <= MAX_LANES
        && u64::from(memory_kib) * u64::from(iterations) <= MAX_WORK_KIB
}

/// Salt and output of a hash.
pub(super) struct Ends {
    salt: Vec<u8>,
    output: Vec<u8>,
}

impl Ends {
    /// Reads both; an output under 128 bits would let another password match.
    fn parse(salt: &str, output: &str) -> Option<Self> {
        let salt = BASE64_NOPAD.decode(salt.as_bytes()).ok()?;
        let output = BASE64_NOPAD.decode(output.as_bytes()).ok()?;
        ((8..=64).contains(&salt.len()) && (16..=64).contains(&output.len())).then_some(Self { salt, output })
    }
}

/// How a hash came about.
pub(super) enum Method {
    Argon2 { algorithm: Algorithm, version: Version, params: Params },
    Scrypt(scrypt::Params),
    Pbkdf2Sha256 { rounds: u32 },
    Pbkdf2Sha512 { rounds: u32 },
}

/// A hash that was read, and whose costs are bearable.
pub(super) enum Stored {
    /// `$argon2id$…`, `$scrypt$…`, `$pbkdf2-…$…`.
    Phc { method: Method, ends: Ends },
    /// `$2a$`, `$2b$`, `$2y$`.
    Bcrypt(PasswordHash),
}

impl Stored {
    /// Reads a hash; `None` for what is not one, for algorithms other than these, and for absurd costs.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.strip_prefix('$')?.split('$').collect();
        let (method, salt, output) = match fields.as_slice() {
            ["2a" | "2b" | "2y", _, _] => return bcrypt(text),
            [name, version, costs, salt, output] => (argon2(name, version, costs)?, salt, output),
            ["scrypt", costs, salt, output] => (scrypt(costs)?, salt, output),
            ["pbkdf2-sha256", costs, salt, output] => {
                (Method::Pbkdf2Sha256 { rounds: rounds(costs, output)? }, salt, output)
            }
            ["pbkdf2-sha512", costs, salt, output] => {
                (Method::Pbkdf2Sha512 { rounds: rounds(costs, output)? }, salt, output)
            }
            // Without a version it is the first one (the argon2 reference's decoder).
            [name, costs, salt, output] => (argon2(name, "v=16", costs)?, salt, output),
            _ => return None,
        };
        Some(Self::Phc { method, ends: Ends::parse(salt, output)? })
    }

    /// Whether the algorithm looks at all of `password`. bcrypt stops after 72 bytes, and repeats what is shorter with a
    /// NUL after it: a longer password, or one with a NUL in it, would match a hash that was made of another.
    pub(super) fn takes(&self, password: &Password) -> bool {
        let bytes = password.expose().as_bytes();
        match self {
            Self::Phc { .. } => true,
            Self::Bcrypt(_) => bytes.len() <= BCRYPT_BYTES && !bytes.contains(&0),
        }
    }

    /// Whether `password` is the one of which this hash was made; compared in constant time.
    pub(super) fn matches(&self, password: &Password, memory: &mut Memory) -> Result<bool, HashingError> {
        let password = password.expose().as_bytes();
        let (method, Ends { salt, output }) = match self {
            Self::Bcrypt(hash) => return bcrypt::verify(password, hash.expose()).map_err(|_| HashingError::Failed),
            Self::Phc { method, ends } => (method, ends),
        };
        let mut found = Zeroizing::new(vec![0; output.len()]);
        match method {
            Method::Argon2 { algorithm, version, params } => {
                let blocks = memory.blocks(params.block_count())?;
                Argon2::new(*algorithm, *version, params.clone())
                    .hash_password_into_with_memory(password, salt, &mut found, blocks)
                    .map_err(|_| HashingError::Failed)?;
            }
            Method::Scrypt(params) => {
                scrypt::scrypt(password, salt, params, &mut found).map_err(|_| HashingError::Failed)?;
            }
            Method::Pbkdf2Sha256 { rounds } => pbkdf2_hmac::<Sha256>(password, salt, *rounds, &mut found),
            Method::Pbkdf2Sha512 { rounds } => pbkdf2_hmac::<Sha512>(password, salt, *rounds, &mut found),
        }
        Ok(found.ct_eq(output).into())
    }

    /// Whether both were made with the same algorithm, version, costs and lengths.
    pub(super) fn is_made_like(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Phc { method: Method::Argon2 { algorithm: a, version: v, params: p }, ends },
                Self::Phc { method: Method::Argon2 { algorithm, version, params }, ends: other },
            ) => {
                (a, v, p) == (algorithm, version, params)
                    && (ends.salt.len(), ends.output.len()) == (other.salt.len(), other.output.len())
            }
            _ => false,
        }
    }
}

fn argon2(name: &str, version: &str, costs: &str) -> Option<Method> {
    let algorithm = match name {
        "argon2id" => Algorithm::Argon2id,
        "argon2i" => Algorithm::Argon2i,
        "argon2d" => Algorithm::Argon2d,
        _ => return None,
    };
    let version = match version {
        "v=19" => Version::V0x13,
        "v=16" => Version::V0x10,
        _ => return None,
    };
    let [memory_kib, iterations, lanes] = numbers(costs, ["m", "t", "p"])?;
    let params =
        is_bearable(memory_kib, iterations, lanes).then(|| Params::new(memory_kib, iterations, lanes, None).ok())??;
    Some(Method::Argon2 { algorithm, version, params })
}

/// RFC 7914. It takes `128 · r · 2^ln` bytes, and works over them `p` times.
fn scrypt(costs: &str) -> Option<Method> {
    let [log_n, r, p] = numbers(costs, ["ln", "r", "p"])?;
    let memory_kib = 1_u64.checked_shl(log_n)?.checked_mul(u64::from(r))?.checked_mul(128)? / 1024;
    let work_kib = memory_kib.checked_mul(u64::from(p))?;
    if log_n == 0 || r > 64 || p > MAX_LANES || memory_kib > u64::from(MAX_MEMORY_KIB) || work_kib > MAX_WORK_KIB {
        return None;
    }
    Some(Method::Scrypt(scrypt::Params::new(u8::try_from(log_n).ok()?, r, p).ok()?))
}

/// PBKDF2's rounds, from `i=…` or `i=…,l=…` where `l` is the length of the output.
fn rounds(costs: &str, output: &str) -> Option<u32> {
    let rounds = if let Some([rounds]) = numbers(costs, ["i"]) {
        rounds
    } else {
        let [rounds, length] = numbers(costs, ["i", "l"])?;
        (BASE64_NOPAD.decode(output.as_bytes()).ok()?.len() == usize::try_from(length).ok()?).then_some(rounds)?
    };
    (1..=MAX_PBKDF2_ROUNDS).contains(&rounds).then_some(rounds)
}

fn bcrypt(text: &str) -> Option<Stored> {
    let cost = bcrypt::HashParts::from_str(text).ok()?.get_cost();
    (4..=MAX_BCRYPT_COST).contains(&cost).then(|| Stored::Bcrypt(PasswordHash::new(text)))
}

/// Reads `name=number,name=number` with exactly these names in this order, as the PHC format has them.
fn numbers<const N: usize>(text: &str, names: [&str; N]) -> Option<[u32; N]> {
    let mut parts = text.split(',');
    let mut found = [0; N];
    for (place, name) in found.iter_mut().zip(names) {
        let digits = parts.next()?.strip_prefix(name)?.strip_prefix('=')?;
        *place = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())??;
    }
    parts.next().is_none().then_some(found)
}
