//! Tests cases that a real catalog cannot produce on demand: one that does not report ownership, and files without read
//! permission.

use super::*;
use crate::catalog::http::{ClientError, RequestLine};
use crate::catalog::wire::Refusal;
use crate::commands::workspace::entities::UnusableManifest;
use crate::domain::document::span::Span;
use crate::domain::finding::Place;
use crate::sources::Unreadable;

fn refused(status: u16, words: &str) -> CatalogError {
    let request = RequestLine { method: "POST", url: "https://catalog.example/v1/x".to_owned() };
    ClientError::Refused { request, refusal: Box::new(Refusal::new(status, "not_found", words)), trace: None }.into()
}

#[test]
fn a_catalog_that_does_not_tell_whose_an_entity_is_has_none_of_ours() {
    let mut notes = Vec::new();
    let keys = tolerant(Err(refused(404, "Route POST:/v1/x not found")), &mut notes).expect("it is no reason to stop");
    assert_eq!((keys.len(), notes.len()), (0, 1));
    assert!(notes[0].contains("nothing is deleted"), "{notes:?}");
    for error in
        [refused(404, "Blueprint with identifier \"x\" was not found"), refused(500, "Route"), refused(403, "no")]
    {
        assert!(tolerant(Err(error), &mut notes).is_err());
    }
    assert_eq!(notes.len(), 1);
}

#[test]
fn whatever_is_in_doubt_keeps_everything() {
    let place = Place { file: FileId(3), span: Span::new(1, 2) };
    let unusable = UnusableManifest {
        place,
        line: 1,
        reason: "it is odd".to_owned(),
        entities: Vec::new(),
        is_opaque: false,
        missing: None,
    };
    let folder = Unreadable::new("catalog/secret".to_owned(), "listed", "permission denied");
    let manifests = ManifestSet { unusable: vec![unusable], unreadable: vec![folder], ..ManifestSet::default() };
    let folder = Blocker::Folder { path: "catalog/secret".into(), why: "permission denied".to_owned() };
    assert_eq!(unread(&manifests), [Blocker::Manifest(place), folder]);
}
