//! Hashing passwords with argon2id (RFC 9106) on threads of its own.
//!
//! A hash takes tens of milliseconds of a core and tens of MiB. On the async threads it would stall everybody, without a
//! bound a burst of sign-ins would take all memory: so there is a fixed number of threads, each with memory that it keeps,
//! and a bounded queue before them. The most it uses is `threads × memory_kib`, while a hash with other parameters is
//! being checked that hash's memory, 1 GiB at most per thread.

mod stored;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use async_trait::async_trait;
use data_encoding::BASE64_NOPAD;
use portcullis_domain::ports::credentials::{HashingError, PasswordHasher, Verification};
use portcullis_domain::secret::{Password, PasswordHash};
use tokio::sync::oneshot;

use self::stored::{MAX_MEMORY_KIB, Stored, is_bearable};
use crate::randomness::random;

/// Bytes of salt and of output in the hashes made here (RFC 9106 §3.1 recommends 16 for the salt).
const SALT_LENGTH: usize = 16;
const OUTPUT_LENGTH: usize = 32;

/// The costs of a hash (RFC 9106 §3.1). OWASP's least is 19456 KiB, 2, 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon2Parameters {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes. They are computed one after the other: the threads belong to different passwords.
    pub parallelism: u32,
}

/// The hasher cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Argon2 does not take these parameters.
    #[error("argon2 does not take these parameters: {0}")]
    Parameters(argon2::Error),
    /// The hashes would be dearer than what [`PasswordHasher::verify`] is ready to check.
    #[error(
        "these argon2 parameters are too dear: at most {MAX_MEMORY_KIB} KiB, 64 iterations, 64 lanes, 16 GiB in all passes"
    )]
    TooDear,
    /// No thread, or no room in the queue.
    #[error("the password hasher needs a thread and room for a job in its queue")]
    NoRoom,
    /// The operating system refused a thread.
    #[error("a thread for the password hasher cannot be started: {0}")]
    Thread(#[from] std::io::Error),
}

/// The [`PasswordHasher`]: argon2id for what it makes; bcrypt, scrypt, PBKDF2 and other argon2 parameters as well for what it
/// verifies. Its threads end once it is dropped and they have done what was asked of them.
#[derive(Debug)]
pub struct Argon2Hasher {
    jobs: SyncSender<Job>,
}

impl Argon2Hasher {
    /// Starts `threads` threads behind a queue in which `queue` jobs can wait.
    ///
    /// # Errors
    /// [`StartError`] for parameters out of range, and when a thread cannot be started.
    pub fn start(parameters: Argon2Parameters, threads: usize, queue: usize) -> Result<Self, StartError> {
        if threads == 0 {
            return Err(StartError::NoRoom);
        }
        let recipe = Arc::new(Recipe::new(parameters)?);
        let (hasher, jobs) = Self::with_queue(queue)?;
        let jobs = Arc::new(Mutex::new(jobs));
        for number in 0..threads {
            let (jobs, mut worker) = (Arc::clone(&jobs), Worker::new(Arc::clone(&recipe)));
            std::thread::Builder::new().name(format!("hasher-{number}")).spawn(move || {
                loop {
                    // The lock is held while waiting and let go before working: the others wait for it meanwhile.
                    let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(job) = next else { break };
                    worker.work(job);
                }
            })?;
        }
        Ok(hasher)
    }

    fn with_queue(queue: usize) -> Result<(Self, Receiver<Job>), StartError> {
        if queue == 0 {
            return Err(StartError::NoRoom);
        }
        let (jobs, received) = sync_channel(queue);
        Ok((Self { jobs }, received))
    }

    async fn ask<T>(&self, job: impl FnOnce(oneshot::Sender<Answer<T>>) -> Job + Send) -> Answer<T> {
        let (reply, answer) = oneshot::channel();
        // Threads that are all gone and a full queue look the same to the caller: neither will do it now.
        self.jobs.try_send(job(reply)).map_err(|_| HashingError::Overloaded)?;
        answer.await.unwrap_or(Err(HashingError::Failed))
    }
}

#[async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, password: Password) -> Result<PasswordHash, HashingError> {
        self.ask(|reply| Job::Hash { password, reply }).await
    }

    async fn verify(&self, password: Password, hash: Option<PasswordHash>) -> Result<Verification, HashingError> {
        self.ask(|reply| Job::Verify { password, hash, reply }).await
    }

    fn understands(&self, hash: &PasswordHash) -> bool {
        Stored::parse(hash.expose()).is_some()
    }
}

type Answer<T> = Result<T, HashingError>;

/// What waits in the queue.
enum Job {
    Hash { password: Password, reply: oneshot::Sender<Answer<PasswordHash>> },
    Verify { password: Password, hash: Option<PasswordHash>, reply: oneshot::Sender<Answer<Verification>> },
}

/// How hashes are made at present.
struct Recipe {
    params: Params,
    /// A hash that nobody's password has: what is checked when there is none to check, or none that can be read.
    decoy: Stored,
}

impl Recipe {
    fn new(parameters: Argon2Parameters) -> Result<Self, StartError> {
        let Argon2Parameters { memory_kib, iterations, parallelism } = parameters;
        if !is_bearable(memory_kib, iterations, parallelism) {
            return Err(StartError::TooDear);
        }
        let params = Params::new(memory_kib, iterations, parallelism, None).map_err(StartError::Parameters)?;
        let decoy = written(&params, &random::<SALT_LENGTH>(), &random::<OUTPUT_LENGTH>());
        let decoy = Stored::parse(&decoy).ok_or(StartError::TooDear)?;
        Ok(Self { params, decoy })
    }
}

/// The PHC string of an argon2id hash.
fn written(params: &Params, salt: &[u8], output: &[u8]) -> String {
    format!(
        "$argon2id$v=19$m={},t={},p={}${}${}",
        params.m_cost(),
        params.t_cost(),
        params.p_cost(),
        BASE64_NOPAD.encode(salt),
        BASE64_NOPAD.encode(output)
    )
}

/// Argon2's memory, kept from one hash to the next: to be given and zero 64 MiB each time is not
/// free. What remains in it depends on the password, but the next hash writes over it.
struct Memory(Vec<Block>);

impl Memory {
    fn blocks(&mut self, count: usize) -> Result<&mut [Block], HashingError> {
        if let Some(missing) = count.checked_sub(self.0.len()) {
            self.0.try_reserve_exact(missing).map_err(|_| HashingError::Failed)?;
            self.0.resize(count, Block::new());
        }
        self.0.get_mut(..count).ok_or(HashingError::Failed)
    }

    /// Gives back what is more than `count` blocks.
    fn shrink_to(&mut self, count: usize) {
        if self.0.len() > count {
            self.0.truncate(count);
            self.0.shrink_to_fit();
        }
    }
}

/// What a thread owns.
struct Worker {
    recipe: Arc<Recipe>,
    memory: Memory,
}

impl Worker {
    fn new(recipe: Arc<Recipe>) -> Self {
        Self { recipe, memory: Memory(Vec::new()) }
    }

    /// Does a job and tells whoever asked; a job for which nobody waits any more is not begun, and `false`. Once begun it
    /// is done to its end: the thread counts as busy for as long as it is.
    fn work(&mut self, job: Job) -> bool {
        match job {
            Job::Hash { reply, .. } if reply.is_closed() => false,
            Job::Verify { reply, .. } if reply.is_closed() => false,
            Job::Hash { password, reply } => {
                let _ = reply.send(self.guarded(|worker| worker.hash(&password)));
                true
            }
            Job::Verify { password, hash, reply } => {
                let _ = reply.send(self.guarded(|worker| worker.verify(&password, hash.as_ref())));
                true
            }
        }
    }

    /// A panic in a hash function costs that answer, not the thread.
    fn guarded<T>(&mut self, work: impl FnOnce(&mut Self) -> Answer<T>) -> Answer<T> {
        let answer = catch_unwind(AssertUnwindSafe(|| work(self))).unwrap_or(Err(HashingError::Failed));
        self.memory.shrink_to(self.recipe.params.block_count());
        answer
    }

    fn hash(&mut self, password: &Password) -> Answer<PasswordHash> {
        let params = &self.recipe.params;
        let salt = random::<SALT_LENGTH>();
        let mut output = [0; OUTPUT_LENGTH];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
            .hash_password_into_with_memory(
                password.expose().as_bytes(),
                &salt,
                &mut output,
                self.memory.blocks(params.block_count())?,
            )
            .map_err(|_| HashingError::Failed)?;
        Ok(PasswordHash::new(written(params, &salt, &output)))
    }

    fn verify(&mut self, password: &Password, hash: Option<&PasswordHash>) -> Answer<Verification> {
        let stored = hash.and_then(|hash| {
            let stored = Stored::parse(hash.expose());
            if stored.is_none() {
                tracing::warn!("a stored password hash cannot be read, or would cost too much to check");
            }
            stored
        });
        // What cannot match takes as long as what could (ASVS 6.3.8).
        let Some(stored) = stored.filter(|stored| stored.takes(password)) else {
            self.recipe.decoy.matches(password, &mut self.memory)?;
            return Ok(Verification::Wrong);
        };
        if !stored.matches(password, &mut self.memory)? {
            return Ok(Verification::Wrong);
        }
        if stored.is_made_like(&self.recipe.decoy) {
            return Ok(Verification::Right);
        }
        Ok(Verification::RightRenewed(self.hash(password)?))
    }
}

#[cfg(test)]
mod tests;
