//! Finding argon2 parameters that a machine bears: as much memory as fits into the time, because memory is what makes
//! guessing dear; then more passes (RFC 9106 §4).

use std::time::{Duration, Instant};

use portcullis_domain::ports::credentials::PasswordHasher as _;
use portcullis_domain::secret::Password;

use crate::hasher::{Argon2Hasher, Argon2Parameters, StartError};

/// The least memory, KiB (OWASP).
const LEAST_MEMORY_KIB: u32 = 19_456;
/// The most that is suggested, KiB: a hash more than that at once starves what else runs on the machine.
const MOST_MEMORY_KIB: u32 = 262_144;
/// Passes to begin with: the least that goes with the least memory, and the product's default above it.
const LEAST_ITERATIONS: u32 = 2;
const MOST_ITERATIONS: u32 = 16;
/// How often a set of parameters is measured; the median counts.
const RUNS: usize = 3;

/// Parameters, and how long a hash with them takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// The parameters.
    pub parameters: Argon2Parameters,
    /// The time of a hash.
    pub taken: Duration,
}

/// Measures hashes with these parameters on one thread.
///
/// # Errors
/// [`StartError`] for parameters that argon2 does not take, or when there is no memory for them.
pub async fn measure(parameters: Argon2Parameters) -> Result<Measured, StartError> {
    let hasher = Argon2Hasher::start(parameters, 1, 1)?;
    let mut times = Vec::with_capacity(RUNS);
    // The first one pays for the memory; the product's threads keep theirs.
    for run in 0..=RUNS {
        #[expect(clippy::disallowed_methods, reason = "how long a hash takes on this machine is what is asked")]
        let begun = Instant::now();
        hasher.hash(Password::new("four turtles swim east")).await.map_err(|_| StartError::NoRoom)?;
        if run > 0 {
            times.push(begun.elapsed());
        }
    }
    times.sort_unstable();
    Ok(Measured { parameters, taken: times.get(RUNS / 2).copied().unwrap_or_default() })
}

/// The parameters that come nearest to `target` from below; the least allowed ones when even these take longer.
///
/// # Errors
/// What `measure` fails with.
pub async fn suggest<E>(
    target: Duration,
    mut measure: impl AsyncFnMut(Argon2Parameters) -> Result<Measured, E>,
) -> Result<Measured, E> {
    let with = |memory_kib, iterations| Argon2Parameters { memory_kib, iterations, parallelism: 1 };
    let mut best = measure(with(LEAST_MEMORY_KIB, LEAST_ITERATIONS)).await?;
    // Time rises with memory and with passes: the first that takes too long ends the search.
    for memory_kib in [32_768, 47_104, 65_536, 98_304, 131_072, 196_608, MOST_MEMORY_KIB] {
        let next = measure(with(memory_kib, LEAST_ITERATIONS)).await?;
        if next.taken > target {
            break;
        }
        best = next;
    }
    for iterations in LEAST_ITERATIONS + 1..=MOST_ITERATIONS {
        let next = measure(with(best.parameters.memory_kib, iterations)).await?;
        if next.taken > target {
            break;
        }
        best = next;
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine that takes 1 ms for 1 MiB and pass.
    async fn suggested(millis: u64) -> Measured {
        let measure = async |parameters: Argon2Parameters| {
            let taken = Duration::from_millis(u64::from(parameters.memory_kib / 1024 * parameters.iterations));
            Ok::<_, StartError>(Measured { parameters, taken })
        };
        suggest(Duration::from_millis(millis), measure).await.unwrap()
    }

    #[tokio::test]
    async fn as_much_memory_as_fits_is_suggested_then_more_passes_and_never_less_than_allowed() {
        let short = |measured: Measured| (measured.parameters.memory_kib, measured.parameters.iterations);
        assert_eq!(short(suggested(200).await), (98_304, 2));
        assert_eq!(short(suggested(1_100).await), (262_144, 4));
        assert_eq!(short(suggested(1).await), (19_456, 2));
        assert_eq!(short(suggested(1_000_000).await), (262_144, 16));
    }

    #[tokio::test]
    async fn a_hash_is_measured() {
        let parameters = Argon2Parameters { memory_kib: 64, iterations: 1, parallelism: 1 };
        assert!(measure(parameters).await.unwrap().taken > Duration::ZERO);
    }
}
