//! Storage in memory keeps every promise of the port.

use std::sync::Arc;

use portcullis_domain::ports::storage::Storage;
use portcullis_storage_memory::MemoryStorage;

fn main() {
    let trials = portcullis_storage_conformance::suite("memory", || async {
        let storage: Arc<dyn Storage> = Arc::new(MemoryStorage::new());
        storage
    });
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), trials).exit();
}
