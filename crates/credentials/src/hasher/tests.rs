use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::*;

const SMALL: Argon2Parameters = Argon2Parameters { memory_kib: 64, iterations: 2, parallelism: 1 };

fn hasher() -> Argon2Hasher {
    Argon2Hasher::start(SMALL, 1, 8).unwrap()
}

async fn verified(password: &str, hash: &str) -> Verification {
    hasher().verify(Password::new(password), Some(PasswordHash::new(hash))).await.unwrap()
}

/// Shows that `hash` opens to `password` alone, and is replaced by one that is as it should be.
async fn assert_taken_over(password: &str, hash: &str) {
    let Verification::RightRenewed(renewed) = verified(password, hash).await else { panic!("{hash}") };
    assert!(renewed.expose().starts_with("$argon2id$v=19$m=64,t=2,p=1$"));
    assert_eq!(verified(password, renewed.expose()).await, Verification::Right);
    assert_eq!(verified(&format!("{password}x"), hash).await, Verification::Wrong);
    assert_eq!(verified("", hash).await, Verification::Wrong);
}

#[tokio::test]
async fn a_password_is_verified_to_the_last_character() {
    let hasher = hasher();
    let long = "é".repeat(1024);
    let hash = hasher.hash(Password::new(&long)).await.unwrap();
    assert!(hash.expose().starts_with("$argon2id$v=19$m=64,t=2,p=1$"));
    for (typed, found) in [
        (long.clone(), Verification::Right),
        (format!("{long} "), Verification::Wrong),
        ("é".repeat(1023), Verification::Wrong),
        (String::new(), Verification::Wrong),
    ] {
        assert_eq!(hasher.verify(Password::new(&typed), Some(hash.clone())).await, Ok(found));
    }
    assert_ne!(hasher.hash(Password::new(&long)).await.unwrap(), hash, "each has its own salt");
}

#[tokio::test]
async fn without_a_hash_nothing_is_right() {
    assert_eq!(hasher().verify(Password::new("secret"), None).await, Ok(Verification::Wrong));
}

#[test]
fn the_decoy_is_made_as_a_real_hash_is() {
    let recipe = Arc::new(Recipe::new(SMALL).unwrap());
    let hash = Worker::new(Arc::clone(&recipe)).hash(&Password::new("secret")).unwrap();
    assert!(Stored::parse(hash.expose()).unwrap().is_made_like(&recipe.decoy));
}

#[tokio::test]
async fn a_hash_with_other_parameters_is_renewed() {
    for other in [
        Argon2Parameters { memory_kib: 32, ..SMALL },
        Argon2Parameters { memory_kib: 512, ..SMALL },
        Argon2Parameters { iterations: 3, ..SMALL },
        Argon2Parameters { parallelism: 2, ..SMALL },
    ] {
        let hash = Argon2Hasher::start(other, 1, 1).unwrap().hash(Password::new("secret")).await.unwrap();
        assert_taken_over("secret", hash.expose()).await;
    }
}

#[tokio::test]
async fn a_hash_of_the_argon2_reference_is_taken_over() {
    // RFC 9106's authors: phc-winner-argon2/src/test.c, argon2id v=19 t=2 m=256 p=1.
    let hash = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    assert_taken_over("password", hash).await;
}

#[tokio::test]
async fn bcrypt_is_taken_over_and_never_truncates() {
    let parts = bcrypt::hash_with_salt("secret", 4, [7; 16]).unwrap();
    for version in [bcrypt::Version::TwoA, bcrypt::Version::TwoB, bcrypt::Version::TwoY] {
        assert_taken_over("secret", &parts.format_for_version(version)).await;
    }
    assert_eq!(verified("secret", &parts.format_for_version(bcrypt::Version::TwoX)).await, Verification::Wrong);
    // jBCrypt's test vector.
    assert_taken_over("abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i").await;

    let longest = "x".repeat(72);
    let hash = bcrypt::hash(&longest, 4).unwrap();
    assert_taken_over(&longest, &hash).await;
    let hash = bcrypt::hash("x".repeat(80), 4).unwrap();
    assert_eq!(verified(&"x".repeat(80), &hash).await, Verification::Wrong);
    let hash = bcrypt::hash("a", 4).unwrap();
    assert_eq!(verified("a\0a", &hash).await, Verification::Wrong, "bcrypt repeats the key");
}

#[tokio::test]
async fn scrypt_and_pbkdf2_are_taken_over() {
    let salt = b"saltsaltsaltsalt";
    let encoded = BASE64_NOPAD.encode(salt);
    let mut output = [0; 32];
    scrypt::scrypt(b"secret", salt, &scrypt::Params::new(4, 8, 2).unwrap(), &mut output).unwrap();
    assert_taken_over("secret", &format!("$scrypt$ln=4,r=8,p=2${encoded}${}", BASE64_NOPAD.encode(&output))).await;

    pbkdf2::pbkdf2_hmac::<sha2::Sha256>(b"secret", salt, 1_000, &mut output);
    let output = BASE64_NOPAD.encode(&output);
    assert_taken_over("secret", &format!("$pbkdf2-sha256$i=1000${encoded}${output}")).await;
    assert_taken_over("secret", &format!("$pbkdf2-sha256$i=1000,l=32${encoded}${output}")).await;
    assert_eq!(
        verified("secret", &format!("$pbkdf2-sha256$i=1000,l=16${encoded}${output}")).await,
        Verification::Wrong
    );

    let mut output = [0; 64];
    pbkdf2::pbkdf2_hmac::<sha2::Sha512>(b"secret", salt, 1_000, &mut output);
    assert_taken_over("secret", &format!("$pbkdf2-sha512$i=1000${encoded}${}", BASE64_NOPAD.encode(&output))).await;
}

#[tokio::test]
async fn absurd_costs_and_broken_hashes_are_wrong() {
    let ends = format!("{}${}", BASE64_NOPAD.encode(&[1; 16]), BASE64_NOPAD.encode(&[2; 32]));
    let mut hashes: Vec<String> = [
        "argon2id$v=19$m=1048577,t=1,p=1",
        "argon2id$v=19$m=4294967295,t=1,p=1",
        "argon2id$v=19$m=64,t=4294967295,p=1",
        "argon2id$v=19$m=64,t=65,p=1",
        "argon2id$v=19$m=1048576,t=64,p=1",
        "argon2id$v=19$m=1048576,t=1,p=65",
        "argon2id$v=19$m=64,t=0,p=1",
        "argon2id$v=19$m=1,t=1,p=1",
        "argon2id$v=19$m=64,t=1,p=0",
        "argon2id$v=20$m=64,t=2,p=1",
        "argon2id$v=19$m=+64,t=2,p=1",
        "argon2id$v=19$m=64,t=2,p=1,keyid=AA",
        "argon2id$v=19$t=2,m=64,p=1",
        "argon2x$v=19$m=64,t=2,p=1",
        "scrypt$ln=24,r=8,p=1",
        "scrypt$ln=63,r=4294967295,p=1",
        "scrypt$ln=64,r=8,p=1",
        "scrypt$ln=0,r=8,p=1",
        "scrypt$ln=4,r=0,p=1",
        "scrypt$ln=4,r=8,p=65",
        "pbkdf2-sha256$i=0",
        "pbkdf2-sha256$i=10000001",
        "pbkdf2-sha1$i=1000",
    ]
    .map(|start| format!("${start}${ends}"))
    .into();
    hashes.extend(
        [
            "",
            "$",
            "secret",
            "$argon2id$v=19$m=64,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=64,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$",
            "$argon2id$v=19$m=64,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
            "$argon2id$v=19$m=64,t=2,p=1$AA$AAAAAAAAAAAAAAAAAAAAAA",
            "$2b$31$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i",
            "$2b$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf",
        ]
        .map(str::to_owned),
    );
    for hash in hashes {
        assert!(Stored::parse(&hash).is_none(), "{hash}");
        assert_eq!(verified("secret", &hash).await, Verification::Wrong, "{hash}");
    }
}

#[test]
fn a_full_queue_refuses_at_once() {
    let (hasher, jobs) = Argon2Hasher::with_queue(1).unwrap();
    let mut context = Context::from_waker(Waker::noop());
    let mut waiting = pin!(hasher.hash(Password::new("first")));
    assert!(waiting.as_mut().poll(&mut context).is_pending());
    for _ in 0..2 {
        let mut refused = pin!(hasher.verify(Password::new("second"), None));
        assert_eq!(refused.as_mut().poll(&mut context), Poll::Ready(Err(HashingError::Overloaded)));
    }
    let mut worker = Worker::new(Arc::new(Recipe::new(SMALL).unwrap()));
    assert!(worker.work(jobs.try_recv().unwrap()));
    assert!(matches!(waiting.as_mut().poll(&mut context), Poll::Ready(Ok(_))));
    let mut room_again = pin!(hasher.hash(Password::new("third")));
    assert!(room_again.as_mut().poll(&mut context).is_pending());
}

#[test]
fn a_job_for_which_nobody_waits_is_not_begun() {
    let (hasher, jobs) = Argon2Hasher::with_queue(2).unwrap();
    let mut context = Context::from_waker(Waker::noop());
    {
        let mut hash = pin!(hasher.hash(Password::new("secret")));
        let mut verify = pin!(hasher.verify(Password::new("secret"), None));
        assert!(hash.as_mut().poll(&mut context).is_pending());
        assert!(verify.as_mut().poll(&mut context).is_pending());
    }
    let mut worker = Worker::new(Arc::new(Recipe::new(SMALL).unwrap()));
    assert!(jobs.try_iter().all(|job| !worker.work(job)));
}

#[test]
fn memory_for_a_dear_hash_is_given_back() {
    let dear = Worker::new(Arc::new(Recipe::new(Argon2Parameters { memory_kib: 512, ..SMALL }).unwrap()))
        .hash(&Password::new("secret"))
        .unwrap();
    let mut worker = Worker::new(Arc::new(Recipe::new(SMALL).unwrap()));
    let found = worker.guarded(|worker| worker.verify(&Password::new("secret"), Some(&dear)));
    assert!(matches!(found, Ok(Verification::RightRenewed(_))));
    assert_eq!(worker.memory.0.len(), 64);
}

#[test]
fn a_panic_costs_one_answer() {
    let mut worker = Worker::new(Arc::new(Recipe::new(SMALL).unwrap()));
    assert_eq!(worker.guarded::<()>(|_| std::panic::resume_unwind(Box::new(()))), Err(HashingError::Failed));
    assert!(worker.guarded(|worker| worker.hash(&Password::new("secret"))).is_ok());
}

#[test]
fn what_cannot_work_does_not_start() {
    let start = |memory_kib, iterations, threads, queue| {
        Argon2Hasher::start(Argon2Parameters { memory_kib, iterations, parallelism: 1 }, threads, queue)
    };
    assert!(matches!(start(4, 2, 1, 1), Err(StartError::Parameters(_))));
    assert!(matches!(start(64, 0, 1, 1), Err(StartError::Parameters(_))));
    assert!(matches!(start(2_000_000, 2, 1, 1), Err(StartError::TooDear)));
    assert!(matches!(start(64, 2, 0, 1), Err(StartError::NoRoom)));
    assert!(matches!(start(64, 2, 1, 0), Err(StartError::NoRoom)));
}
