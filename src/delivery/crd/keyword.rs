//! The keywords of a schema in a CRD.

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Keyword {
    Ref,
    SchemaUrl,
    AdditionalItems,
    AdditionalProperties,
    AllOf,
    AnyOf,
    Default,
    Definitions,
    Dependencies,
    Description,
    Enum,
    Example,
    ExclusiveMaximum,
    ExclusiveMinimum,
    ExternalDocs,
    Format,
    Id,
    Items,
    MaxItems,
    MaxLength,
    MaxProperties,
    Maximum,
    MinItems,
    MinLength,
    MinProperties,
    Minimum,
    MultipleOf,
    Not,
    Nullable,
    OneOf,
    Pattern,
    PatternProperties,
    Properties,
    Required,
    Title,
    Type,
    UniqueItems,
    EmbeddedResource,
    IntOrString,
    ListMapKeys,
    ListType,
    MapType,
    PreserveUnknownFields,
    Validations,
}

/// In the order of the variants.
pub const NAMES: [&str; 44] = [
    "$ref",
    "$schema",
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "default",
    "definitions",
    "dependencies",
    "description",
    "enum",
    "example",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "externalDocs",
    "format",
    "id",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "nullable",
    "oneOf",
    "pattern",
    "patternProperties",
    "properties",
    "required",
    "title",
    "type",
    "uniqueItems",
    "x-kubernetes-embedded-resource",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-validations",
];

const ALL: [Keyword; 44] = [
    Keyword::Ref,
    Keyword::SchemaUrl,
    Keyword::AdditionalItems,
    Keyword::AdditionalProperties,
    Keyword::AllOf,
    Keyword::AnyOf,
    Keyword::Default,
    Keyword::Definitions,
    Keyword::Dependencies,
    Keyword::Description,
    Keyword::Enum,
    Keyword::Example,
    Keyword::ExclusiveMaximum,
    Keyword::ExclusiveMinimum,
    Keyword::ExternalDocs,
    Keyword::Format,
    Keyword::Id,
    Keyword::Items,
    Keyword::MaxItems,
    Keyword::MaxLength,
    Keyword::MaxProperties,
    Keyword::Maximum,
    Keyword::MinItems,
    Keyword::MinLength,
    Keyword::MinProperties,
    Keyword::Minimum,
    Keyword::MultipleOf,
    Keyword::Not,
    Keyword::Nullable,
    Keyword::OneOf,
    Keyword::Pattern,
    Keyword::PatternProperties,
    Keyword::Properties,
    Keyword::Required,
    Keyword::Title,
    Keyword::Type,
    Keyword::UniqueItems,
    Keyword::EmbeddedResource,
    Keyword::IntOrString,
    Keyword::ListMapKeys,
    Keyword::ListType,
    Keyword::MapType,
    Keyword::PreserveUnknownFields,
    Keyword::Validations,
];

impl Keyword {
    pub fn of(name: &str) -> Option<Self> {
        // The names are sorted, but for `maximum` and `minimum`, which are so few that a search by halves gains nothing.
        NAMES.iter().position(|known| *known == name).map(|at| ALL[at])
    }

    /// As Go's decoder of JSON finds the fields of a structure: in any case of letters.
    pub fn of_any_case(name: &str) -> Option<Self> {
        Self::of(name).or_else(|| NAMES.iter().position(|known| known.eq_ignore_ascii_case(name)).map(|at| ALL[at]))
    }

    pub fn name(self) -> &'static str {
        NAMES[self as usize]
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeywordSet(u64);

impl KeywordSet {
    pub fn has(self, keyword: Keyword) -> bool {
        self.0 & 1 << keyword as u8 != 0
    }

    pub fn insert(&mut self, keyword: Keyword) {
        self.0 |= 1 << keyword as u8;
    }

    pub fn iter(self) -> impl Iterator<Item = Keyword> {
        ALL.into_iter().filter(move |keyword| self.has(*keyword))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_belong_to_their_keywords() {
        for (at, keyword) in ALL.into_iter().enumerate() {
            assert_eq!(keyword as usize, at);
            assert_eq!(Keyword::of(keyword.name()), Some(keyword));
        }
        assert_eq!([Keyword::of("MINLENGTH"), Keyword::of("requred")], [None, None]);
        assert_eq!(Keyword::of_any_case("minlength"), Some(Keyword::MinLength));
        assert_eq!(Keyword::Minimum.name(), "minimum");
        assert_eq!(Keyword::Validations.name(), "x-kubernetes-validations");
    }
}
