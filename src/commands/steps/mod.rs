//! What verbs share, each step named by what it yields.

pub(crate) mod adopted;
pub(crate) mod base;
pub(crate) mod brought;
pub(crate) mod checked;
pub(crate) mod chosen;
pub(crate) mod complained;
pub(crate) mod connected;
pub(crate) mod declared;
pub(crate) mod desired;
pub(crate) mod embedded;
pub(crate) mod emptied;
pub(crate) mod fetched;
pub(crate) mod fixed;
pub(crate) mod gate;
pub(crate) mod linted;
pub(crate) mod live;
pub(crate) mod planned;
pub(crate) mod pointed;
pub(crate) mod prepared;
pub(crate) mod revision;
pub(crate) mod scope;
pub(crate) mod seeded;
pub(crate) mod shelved;
pub(crate) mod snapshot;
pub(crate) mod terms;
pub(crate) mod verified;
