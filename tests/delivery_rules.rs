//! Tests the rules about delivery: over every recorded tree of Flux and Argo CD, a finding is a fault that the recording
//! shows; in repositories that know nothing of portolan, there is none but for true faults; and the dated examples of
//! Crossplane's guide are answered. Lint runs in this process, because there are hundreds of repositories.

mod bench;
mod crossplane;
mod dated;
mod foreign;
mod quiet;
mod recordings;
