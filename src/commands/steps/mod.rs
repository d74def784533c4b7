//! What verbs share, each step named by what it yields.

pub(crate) mod adopted;
pub(crate) mod answered;
pub(crate) mod brought;
pub(crate) mod checked;
pub(crate) mod choices;
pub(crate) mod chosen;
pub(crate) mod connected;
pub(crate) mod declared;
pub(crate) mod desired;
pub(crate) mod embedded;
pub(crate) mod emptied;
pub(crate) mod fetched;
pub(crate) mod fixed;
pub(crate) mod given;
pub(crate) mod ground;
pub(crate) mod homes;
pub(crate) mod linted;
pub(crate) mod placed;
pub(crate) mod prepared;
pub(crate) mod scope;
pub(crate) mod seeded;
pub(crate) mod shelved;
pub(crate) mod snapshot;
