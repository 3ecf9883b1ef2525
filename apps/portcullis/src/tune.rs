//! `portcullis tune`: which argon2 parameters this machine bears.

use std::time::Duration;

use portcullis_credentials::hasher::Argon2Parameters;
use portcullis_credentials::tuning::{measure, suggest};

use crate::configuration::Configuration;
use crate::console::say;

pub(crate) async fn run(configuration: &Configuration, target_ms: u64) -> anyhow::Result<()> {
    let cost = configuration.argon2;
    let present =
        Argon2Parameters { memory_kib: cost.memory_kib, iterations: cost.iterations, parallelism: cost.parallelism };
    let present = measure(present).await?;
    let target = Duration::from_millis(target_ms);
    let suggested = suggest(target, async |parameters| measure(parameters).await).await?;
    say(format_args!("# A hash with the present parameters takes {} ms.", present.taken.as_millis()));
    let taken = suggested.taken.as_millis();
    if suggested.taken > target {
        say(format_args!("# The cheapest parameters that are allowed take {taken} ms: more than {target_ms} ms."));
    } else {
        say(format_args!("# With these it takes {taken} ms, of the {target_ms} ms asked for."));
    }
    say(format_args!(
        "# {} threads hash at once and hold {} MiB together.",
        configuration.hashing_threads,
        u64::from(suggested.parameters.memory_kib) * configuration.hashing_threads as u64 / 1024
    ));
    say("[argon2]");
    say(format_args!("memory_kib = {}", suggested.parameters.memory_kib));
    say(format_args!("iterations = {}", suggested.parameters.iterations));
    say(format_args!("parallelism = {}", suggested.parameters.parallelism));
    Ok(())
}
