//! The fields of an entity: the table of its text fields, and all of its keys. Code that treats text fields alike loops
//! over the table. Code that must name each one destructures `Texts`, so that the compiler leads to it.

use std::ops::{Index, IndexMut};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use crate::domain::entity::patch::Patch;

/// Generates the types below from one row per field: `Variant key {facts}`.
macro_rules! text_fields {
    ($($field:ident $key:ident { note: $note:literal, is_prose: $is_prose:literal })*) => {
        /// A field whose value is a plain text, or unset. In the order of manifests and reports.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase")]
        pub enum TextField {
            $($field),*
        }

        /// A value for each text field.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct Texts<T> {
            $(pub $key: T),*
        }

        /// The keys of an entity in the API and in manifests, in the order of manifests.
        pub const ENTITY_KEYS: [&str; 5 + TextField::ALL.len()] =
            ["blueprint", "identifier", $(stringify!($key),)* "team", "properties", "relations"];

        impl TextField {
            pub const ALL: [Self; [$(stringify!($key)),*].len()] = [$(Self::$field),*];

            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$field => stringify!($key)),*
                }
            }

            /// What the field is for: a clause for people who fill it in.
            pub const fn note(self) -> &'static str {
                match self {
                    $(Self::$field => $note),*
                }
            }

            /// Whether only people read it.
            pub const fn is_prose(self) -> bool {
                match self {
                    $(Self::$field => $is_prose),*
                }
            }
        }

        impl<T> Texts<T> {
            pub fn try_from_fn<E>(mut value: impl FnMut(TextField) -> Result<T, E>) -> Result<Self, E> {
                Ok(Self { $($key: value(TextField::$field)?),* })
            }

            pub fn iter(&self) -> impl Iterator<Item = (TextField, &T)> {
                [$((TextField::$field, &self.$key)),*].into_iter()
            }

            pub fn map<U>(self, mut with: impl FnMut(T) -> U) -> Texts<U> {
                Texts { $($key: with(self.$key)),* }
            }

            pub fn as_ref(&self) -> Texts<&T> {
                Texts { $($key: &self.$key),* }
            }
        }

        impl<T> Index<TextField> for Texts<T> {
            type Output = T;

            fn index(&self, field: TextField) -> &T {
                match field {
                    $(TextField::$field => &self.$key),*
                }
            }
        }

        impl<T> IndexMut<TextField> for Texts<T> {
            fn index_mut(&mut self, field: TextField) -> &mut T {
                match field {
                    $(TextField::$field => &mut self.$key),*
                }
            }
        }
    };
}

text_fields! {
    Title title { note: "the name that people see; default: the identifier", is_prose: true }
    Icon icon { note: "default: the blueprint's icon", is_prose: false }
}

impl TextField {
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.key() == key)
    }

    /// The field of a meta property: `$title`.
    pub fn of_meta(name: &str) -> Option<Self> {
        Self::of_key(name.strip_prefix('$')?)
    }
}

impl<T> Texts<T> {
    pub fn from_fn(mut value: impl FnMut(TextField) -> T) -> Self {
        let Ok(texts) = Self::try_from_fn(|field| Ok::<_, std::convert::Infallible>(value(field)));
        texts
    }
}

/// The fields that are not absent, to be flattened into the entity.
impl<T: Serialize> Serialize for Texts<Patch<T>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = self.iter().filter(|(_, patch)| !patch.is_absent());
        serializer.collect_map(fields.map(|(field, patch)| (field.key(), patch)))
    }
}
