//! Checks whether a commit is signed by someone whom this user trusts. `git verify-commit` decides, with the keys,
//! allowed signers and programs of the user's Git config. Settings that a commit could change (in a file of the work
//! tree, or naming one) are refused; the commit's own signature only determines its kind.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Output;

use git2::{ErrorCode, Oid};

use super::error::GitError;
use super::open::Repository;
use super::program::{GitProgram, Inside};
use super::revision::short;
use crate::sources::path::path_of_git;
use crate::text::io_reason;

/// The verdict on a commit's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signed {
    /// Signed by someone whom the user trusts: `ada@example.com`, or the name of a key.
    Good { by: String },
    /// Not signed.
    None,
    /// Signed, but not trusted; `why` is a clause: "the key is not among the allowed signers".
    Bad { why: String },
}

/// The kind of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ssh,
    /// OpenPGP and X.509, which are reported alike.
    Key,
}

impl Repository {
    /// `signers` replaces `gpg.ssh.allowedSignersFile`, the list of users and their SSH keys.
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
        let program = self.program().ok_or_else(|| GitError::Unverified {
            commit: short(commit),
            help: "install Git: `git verify-commit` checks signatures",
            why: "the program `git` was not found".to_owned(),
        })?;
        self.check_settings(&program, kind, signers).map_err(|why| GitError::Unverified {
            commit: short(commit),
            help: "move the programs and keys that check signatures out of the work tree: a commit must not decide who may sign",
            why,
        })?;
        let output = self.verify(&program, commit, signers).map_err(|error| refuse(error.to_string()))?;
        let said = format!("{}\n{}", String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
        let verdict = match kind {
            Kind::Ssh => of_ssh(&said, output.status.success()),
            Kind::Key => of_key(&said, output.status.success()),
        };
        verdict.ok_or_else(|| refuse(trouble(&said)))
    }

    fn verify(&self, program: &GitProgram, commit: Oid, signers: Option<&Path>) -> std::io::Result<Output> {
        let mut command = program.command();
        if let Some(signers) = signers {
            let mut setting = OsString::from("gpg.ssh.allowedSignersFile=");
            setting.push(std::path::absolute(signers)?);
            command.arg("-c").arg(setting);
        }
        command.args(["verify-commit", "--raw", &commit.to_string()]).output()
    }

    fn program(&self) -> Option<GitProgram> {
        GitProgram::find(Inside { work_tree: self.work_tree.clone(), git_dirs: self.git_dirs() })
    }

    fn git_dirs(&self) -> Vec<PathBuf> {
        [self.inner.path(), self.inner.commondir()].iter().filter_map(|path| path.canonicalize().ok()).collect()
    }

    /// Refuses signature settings that a commit can change: those in a file of the work tree, and those that name one.
    /// `signers` as in `Repository::signature`.
    fn check_settings(&self, program: &GitProgram, kind: Kind, signers: Option<&Path>) -> Result<(), String> {
        if kind == Kind::Key
            && let Some(folder) = key_ring()
            && let Some(folder) = program.inside.path_in_tree(&folder)
        {
            return Err(format!("the keys of `gpg` are in `{folder}`, which a commit can change"));
        }
        let mut command = program.command();
        command.args(["config", "--null", "--show-origin", "--includes", "--type=path", "--get-regexp", r"^gpg\."]);
        let output = command.output().map_err(|error| io_reason(&error))?;
        // Exit code 1: there are no such settings.
        if !output.status.success() && output.status.code() != Some(1) {
            return Err(trouble(&String::from_utf8_lossy(&output.stderr)));
        }
        let mut parts = output.stdout.split(|byte| *byte == 0);
        while let (Some(origin), Some(setting)) = (parts.next(), parts.next()) {
            let mut halves = setting.splitn(2, |byte| *byte == b'\n');
            let name = String::from_utf8_lossy(halves.next().unwrap_or_default()).into_owned();
            let value = path_of_git(halves.next().unwrap_or_default());
            if let Some(file) = origin.strip_prefix(b"file:").map(path_of_git)
                && let Some(file) = program.inside.path_in_tree(&self.inner.path().join(file))
            {
                return Err(format!("`{name}` is set in `{file}`, which a commit can change"));
            }
            let is_replaced = signers.is_some() && name.eq_ignore_ascii_case("gpg.ssh.allowedSignersFile");
            // A program name without a folder is looked up in `PATH`.
            let is_bare_name = name.ends_with("program") && value.components().count() < 2 && !value.has_root();
            if is_replaced || is_bare_name {
                continue;
            }
            // A relative path is relative to the top of the work tree, where users run Git.
            if let Some(file) = program.inside.path_in_tree(&self.work_tree.join(&value))
                && !value.as_os_str().is_empty()
                && PATH_SETTINGS.iter().any(|end| name.ends_with(end))
            {
                return Err(format!("`{name}` names `{file}`, which a commit can change"));
            }
        }
        Ok(())
    }
}

/// The folder of `gpg`'s keys.
fn key_ring() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("GNUPGHOME").or_else(|| variable("HOME").map(|home| home.join(".gnupg")))
}

/// The endings of settings that name programs and lists of keys, in lower case, as Git prints them.
const PATH_SETTINGS: [&str; 3] = ["program", "allowedsignersfile", "revocationfile"];

/// `None`: the signature was not verified.
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
            Some(Signed::Bad { why: "the key is not, or no longer, among the allowed signers".to_owned() })
        }
        (_, None, _) => None,
    }
}

/// Parses the status lines that `gpg` and `gpgsm` print for programs.
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
        return bad(format!("the key `{key}` is unknown here"));
    }
    let rest = status("GOODSIG")?;
    if is_valid {
        return Some(Signed::Good { by: name(rest) });
    }
    bad(format!("the trust in the key of `{}` is below `gpg.minTrustLevel`", name(rest)))
}

/// The reason for a failure, in Git's own words.
fn trouble(said: &str) -> String {
    let line = said.lines().map(str::trim).find(|line| line.starts_with("error: ") || line.starts_with("fatal: "));
    let line = line.or_else(|| said.lines().map(str::trim).find(|line| !line.is_empty()));
    let text = line.unwrap_or("`git verify-commit` said nothing");
    text.trim_start_matches("error: ").trim_start_matches("fatal: ").trim_end_matches('.').to_owned()
}

fn help_for(why: &str, kind: Kind) -> &'static str {
    // Git's own words.
    if why.contains("allowedSignersFile") {
        "set the file of allowed signers: `git config gpg.ssh.allowedSignersFile FILE`"
    } else if why.contains("dubious ownership") {
        "run `git config --global --add safe.directory FOLDER` if you trust its content"
    } else {
        match kind {
            Kind::Ssh => "make `git verify-commit HEAD` work here: it requires `ssh-keygen` of OpenSSH 8.2 or newer",
            Kind::Key => "make `git verify-commit HEAD` work here: it requires `gpg` or the program of `gpg.program`",
        }
    }
}
