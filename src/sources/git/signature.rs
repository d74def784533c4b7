//! Whether a commit is signed, and by somebody whom this user trusts. `git verify-commit` decides: keys, allowed signers
//! and the programs that know them are the user's settings of Git. A commit cannot change those; its own signature only
//! says which kind it is.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use git2::{ErrorCode, Oid};

use super::error::GitError;
use super::open::Repository;
use super::revision::short;

/// What a commit's signature is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signed {
    /// By one whom the user trusts: `ada@example.com`, or a key's name.
    Good { by: String },
    /// It has none.
    None,
    /// It has one that proves nothing; `why` is a clause: "the key is not among the allowed signers".
    Bad { why: String },
}

/// How signatures of one kind are told apart from the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ssh,
    /// OpenPGP and X.509: both are reported in the same words.
    Key,
}

impl Repository {
    /// `signers` takes the place of `gpg.ssh.allowedSignersFile`, the list of who may sign with which SSH key.
    pub fn signature(&self, commit: Oid, signers: Option<&Path>) -> Result<Signed, GitError> {
        let kind = match self.inner.extract_signature(&commit, None) {
            Ok((signature, _)) if signature.starts_with(b"-----BEGIN SSH SIGNATURE-----") => Kind::Ssh,
            Ok(_) => Kind::Key,
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(Signed::None),
            Err(error) => {
                return Err(GitError::comparing(&format!("commit `{commit}`"), self.inner.is_shallow(), error));
            }
        };
        let refuse = |why: String| GitError::Unverified { commit: short(commit), help: help_for(&why, kind), why };
        let output = self.verify(commit, signers).map_err(|error| {
            let is_missing = error.kind() == std::io::ErrorKind::NotFound;
            refuse(if is_missing { "there is no program `git`".to_owned() } else { error.to_string() })
        })?;
        let said = format!("{}\n{}", String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
        let verdict = match kind {
            Kind::Ssh => of_ssh(&said, output.status.success()),
            Kind::Key => of_key(&said, output.status.success()),
        };
        verdict.ok_or_else(|| refuse(trouble(&said)))
    }

    fn verify(&self, commit: Oid, signers: Option<&Path>) -> std::io::Result<Output> {
        let mut command = Command::new("git");
        // A replacement is another commit under the name of this one.
        command.arg("--no-replace-objects").arg("--git-dir").arg(self.inner.path());
        if let Some(signers) = signers {
            let mut setting = std::ffi::OsString::from("gpg.ssh.allowedSignersFile=");
            setting.push(std::path::absolute(signers)?);
            command.arg("-c").arg(setting);
        }
        command.args(["verify-commit", "--raw", &commit.to_string()]).current_dir(&self.work_tree);
        // What a hook sets is about another index and perhaps another repository; what is said is read, so it is asked
        // for in one language.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_TRACE"] {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C").stdin(Stdio::null()).output()
    }
}

/// `None`: it was not looked at.
fn of_ssh(said: &str, is_valid: bool) -> Option<Signed> {
    let good = said.lines().find_map(|line| line.trim().strip_prefix("Good \"git\" signature"));
    let by = good.and_then(|rest| rest.strip_prefix(" for ")?.rsplit_once(" with ")).map(|(by, _)| by.to_owned());
    match (is_valid, good, by) {
        (true, Some(_), Some(by)) => Some(Signed::Good { by }),
        (_, Some(rest), _) => {
            let key = rest.rsplit_once(" key ").map(|(_, key)| format!(" `{}`", key.trim())).unwrap_or_default();
            Some(Signed::Bad { why: format!("the key{key} is not among the allowed signers") })
        }
        (false, None, _) if said.contains("Signature verification failed") || said.contains("incorrect signature") => {
            Some(Signed::Bad { why: "the signature does not belong to this commit".to_owned() })
        }
        (false, None, _) if said.contains("Could not verify signature") || said.contains("No principal matched") => {
            Some(Signed::Bad { why: "the key is not among the allowed signers, or not any more".to_owned() })
        }
        (_, None, _) => None,
    }
}

/// By the lines that `gpg` and `gpgsm` print for programs.
fn of_key(said: &str, is_valid: bool) -> Option<Signed> {
    let status = |word: &str| {
        let mut lines = said.lines().filter_map(|line| line.trim().strip_prefix("[GNUPG:] "));
        lines.find_map(|line| line.strip_prefix(word)?.strip_prefix(' ')).map(str::trim)
    };
    // "GOODSIG 0123456789ABCDEF Ada <ada@example.com>"
    let name = |rest: &str| rest.split_once(' ').map_or(rest, |(_, name)| name).to_owned();
    let bad = |why: String| Some(Signed::Bad { why });
    if let Some(rest) = status("REVKEYSIG") {
        return bad(format!("the key of `{}` was revoked", name(rest)));
    }
    if let Some(rest) = status("EXPKEYSIG") {
        return bad(format!("the key of `{}` has expired", name(rest)));
    }
    if let Some(rest) = status("EXPSIG") {
        return bad(format!("the signature of `{}` has expired", name(rest)));
    }
    if status("BADSIG").is_some() {
        return bad("the signature does not belong to this commit".to_owned());
    }
    if let Some(key) = status("NO_PUBKEY") {
        return bad(format!("the key `{key}` is not among those that are known here"));
    }
    let rest = status("GOODSIG")?;
    if is_valid {
        return Some(Signed::Good { by: name(rest) });
    }
    bad(format!("the key of `{}` is not trusted as far as `gpg.minTrustLevel` wants", name(rest)))
}

/// What stood in the way, in Git's own words.
fn trouble(said: &str) -> String {
    let line = said.lines().map(str::trim).find(|line| line.starts_with("error: ") || line.starts_with("fatal: "));
    let line = line.or_else(|| said.lines().map(str::trim).find(|line| !line.is_empty()));
    let text = line.unwrap_or("`git verify-commit` said nothing");
    text.trim_start_matches("error: ").trim_start_matches("fatal: ").trim_end_matches('.').to_owned()
}

fn help_for(why: &str, kind: Kind) -> &'static str {
    if why.contains("there is no program `git`") {
        "install Git: signatures are checked by `git verify-commit`"
    } else if why.contains("allowedSignersFile") {
        "name the file of those who may sign: `git config gpg.ssh.allowedSignersFile FILE`"
    } else if why.contains("dubious ownership") {
        "run `git config --global --add safe.directory FOLDER` if you trust what is in it"
    } else {
        match kind {
            Kind::Ssh => "`git verify-commit HEAD` must run here: it needs `ssh-keygen`, of OpenSSH 8.2 or newer",
            Kind::Key => "`git verify-commit HEAD` must run here: it needs `gpg`, or what `gpg.program` names",
        }
    }
}
