//! Recognises a file whose content is missing, such as a Git LFS pointer. Its entities are unknown, which is not the
//! same as removed.

/// The reason why the content of a file is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// A pointer to a large file that is stored outside of Git; the name of the tool.
    Pointer(&'static str),
    /// Only NUL bytes, as after a crash or on a full disk.
    Zeros,
    /// Only white space and document markers.
    Empty,
    /// The name of the tool.
    Encrypted(&'static str),
}

impl Missing {
    /// `None`: the file has content, valid or not.
    pub fn of(text: &str) -> Option<Self> {
        let start = text.trim_start_matches('\u{feff}');
        if let Some((_, tool)) = POINTERS.iter().find(|(beginning, _)| start.starts_with(beginning)) {
            return Some(Self::Pointer(tool));
        }
        if let Some((_, tool)) = ENCRYPTED.iter().find(|(beginning, _)| start.starts_with(beginning)) {
            return Some(Self::Encrypted(tool));
        }
        if memchr::memchr(0, text.as_bytes()).is_some() {
            return Some(Self::Zeros);
        }
        // The first line with content ends the search, so long manifests cost nothing.
        let is_nothing = |line: &str| matches!(line.trim_matches(is_blank), "" | "---" | "...");
        if start.split(['\n', '\r']).all(is_nothing) {
            return Some(Self::Empty);
        }
        is_sops(text).then_some(Self::Encrypted("SOPS"))
    }

    /// Whether this is a fault in any YAML file, because nobody creates such a file on purpose.
    pub fn is_fault(self) -> bool {
        match self {
            Self::Pointer(_) | Self::Zeros => true,
            Self::Empty | Self::Encrypted(_) => false,
        }
    }

    /// What is wrong, without a period.
    pub fn message(self) -> String {
        match self {
            Self::Pointer(tool) => format!("The file is a pointer of {tool}; its content was not fetched"),
            Self::Zeros => "The file contains NUL bytes: its content is lost".to_owned(),
            Self::Empty => "The file is empty, so the entities that it declared are unknown".to_owned(),
            Self::Encrypted(tool) => format!("The file is encrypted ({tool}), so the entities in it are unknown"),
        }
    }

    /// The help text; starts with a verb.
    pub fn help(self) -> &'static str {
        match self {
            Self::Pointer("Git LFS") => {
                "run `git lfs pull` (GitHub Actions: `lfs: true` of `actions/checkout`), and keep manifests out of Git LFS"
            }
            Self::Pointer(_) => "fetch its content, and keep manifests in Git itself",
            Self::Zeros => "restore the file: `git checkout -- FILE`, or from the commit that had it",
            Self::Empty => "restore the file, or delete it (`git rm`) if its entities are to be deleted",
            Self::Encrypted(_) => "decrypt it before portolan runs, or add it to `manifests.exclude`",
        }
    }
}

fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || letter == '\u{feff}'
}

const POINTERS: [(&str, &str); 3] = [
    ("version https://git-lfs.github.com/spec/", "Git LFS"),
    ("version https://hawser.github.com/spec/", "Git LFS"),
    ("/annex/objects/", "git-annex"),
];

const ENCRYPTED: [(&str, &str); 5] = [
    ("\0GITCRYPT\0", "git-crypt"),
    ("age-encryption.org/v1", "age"),
    ("-----BEGIN AGE ENCRYPTED FILE-----", "age"),
    ("-----BEGIN PGP MESSAGE-----", "OpenPGP"),
    ("$ANSIBLE_VAULT;", "ansible-vault"),
];

/// SOPS encrypts values only. A file whose manifest keys are unencrypted is read as a manifest.
fn is_sops(text: &str) -> bool {
    let has = |words: &str| memchr::memmem::find(text.as_bytes(), words.as_bytes()).is_some();
    has("ENC[AES256_GCM,")
        && text.lines().any(|line| line.starts_with("sops:"))
        && text.lines().any(|line| line.trim_start().trim_start_matches("- ").starts_with("blueprint:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_for_content_is_recognised() {
        let sops = "apiVersion: ENC[AES256_GCM,data:x]\nspec:\n  blueprint: ENC[AES256_GCM,data:y]\nsops:\n  mac: z\n";
        for (text, expected) in [
            ("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", Missing::Pointer("Git LFS")),
            ("\u{feff}version https://git-lfs.github.com/spec/v1\r\noid", Missing::Pointer("Git LFS")),
            ("/annex/objects/SHA256E-s1--x.yaml\n", Missing::Pointer("git-annex")),
            ("\0\0\0", Missing::Zeros),
            ("apiVersion: getport.io/v1\n\0\0\0", Missing::Zeros),
            ("", Missing::Empty),
            (" \t\r\n\u{feff}", Missing::Empty),
            ("---\n...\n---\r", Missing::Empty),
            ("\0GITCRYPT\0abc", Missing::Encrypted("git-crypt")),
            ("$ANSIBLE_VAULT;1.1;AES256\n", Missing::Encrypted("ansible-vault")),
            (sops, Missing::Encrypted("SOPS")),
        ] {
            assert_eq!(Missing::of(text), Some(expected), "{text:?}");
        }
        for text in
            ["# nothing\n", "{}\n", "null\n", "a: 1\n", "--- a\n", "- a\n", "version: 1\n", " a: 1\n", "sops: {}\n"]
        {
            assert_eq!(Missing::of(text), None, "{text:?}");
        }
    }
}
