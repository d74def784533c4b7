//! What a repository is begun with. It yields texts; where they go, and whether they may, is decided by those who write.

pub mod repository;
