//! The key for tags of masked values. It is stored in the same file as the values, so it reveals no more than the file
//! does.

use super::connection::Store;
use super::error::Failure;

impl Store {
    pub fn mask_key(&self) -> Result<Vec<u8>, Failure> {
        self.read(|transaction| {
            Ok(transaction.query_row("SELECT key FROM mask_key WHERE id = 1", [], |row| row.get(0))?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded::store::system_clock;

    #[test]
    fn each_catalog_has_a_key_and_keeps_it() {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("catalog.db");
        let key = |store: &Store| store.mask_key().expect("it is there");
        let store = Store::open(&path, system_clock()).expect("it opens");
        let first = key(&store);
        assert_eq!((first.len(), key(&store.copy().expect("it is copied"))), (32, first.clone()));
        drop(store);
        assert_eq!(key(&Store::open(&path, system_clock()).expect("it opens again")), first);
        assert_ne!(key(&Store::in_memory(system_clock()).expect("there is room")), first);
    }
}
