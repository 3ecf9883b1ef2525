//! The product on each engine: the same stories hold on `SQLite` and on `PostgreSQL`.

use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Arguments, Trial};

use crate::Product;
use crate::postgres::{FreshDatabase, server};
use crate::story::{Need, runtime, story};

/// Where the product keeps its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// In a file of its folder.
    Sqlite,
    /// In a database of its own on this server.
    Postgres(&'static str),
}

impl Product {
    /// Starts it in a fresh folder on a fresh database, with mail as files.
    pub async fn start_on(engine: Engine, settings: &[(&str, &str)]) -> Self {
        let Engine::Postgres(server) = engine else { return Self::start(settings) };
        let database = Arc::new(FreshDatabase::on(server).await);
        let url = database.url();
        let settings: Vec<(&str, &str)> =
            settings.iter().copied().chain([("PORTCULLIS_DATABASE_URL", &*url)]).collect();
        let mut product = Self::start(&settings);
        product.database = Some(database);
        product
    }
}

/// Stories on each engine, as tests; gathered first, and run then.
pub struct OnEachEngine {
    server: Option<&'static str>,
    trials: Vec<Trial>,
}

/// How long a story may take.
const PATIENCE: Duration = Duration::from_mins(3);

impl OnEachEngine {
    /// None yet.
    pub fn begin() -> Self {
        // For as long as the program runs.
        let server = runtime().block_on(server()).map(|url| &*url.leak());
        Self { server, trials: Vec::new() }
    }

    /// One more.
    #[must_use]
    pub fn tell<F, Fut>(mut self, name: &str, tell: F) -> Self
    where
        F: FnOnce(Engine) -> Fut + Copy + Send + 'static,
        Fut: Future<Output = ()>,
    {
        self.trials.push(story(&format!("sqlite::{name}"), &[], PATIENCE, move || tell(Engine::Sqlite)));
        let need = Need { word: "postgres", there: self.server.is_some() };
        let server = self.server.unwrap_or_default();
        let on_the_server = move || tell(Engine::Postgres(server));
        self.trials.push(story(&format!("postgresql::{name}"), &[need], PATIENCE, on_the_server));
        self
    }

    /// One more, which has an engine of its own.
    #[must_use]
    pub fn tell_once<F, Fut>(mut self, name: &str, tell: F) -> Self
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = ()>,
    {
        self.trials.push(story(name, &[], PATIENCE, tell));
        self
    }

    /// Runs them all.
    pub fn run(self) -> ! {
        libtest_mimic::run(&Arguments::from_args(), self.trials).exit()
    }
}

/// The tests of a program: each of these stories, on each engine, under its own name.
#[macro_export]
macro_rules! on_each_engine {
    ($($story:ident),+ $(,)?) => {
        fn main() {
            $crate::engine::OnEachEngine::begin()$(.tell(stringify!($story), $story))+.run()
        }
    };
}
