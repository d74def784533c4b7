//! The generators of a set and the rows that they make offline.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::row_objects::objects_of;
use super::rows::{Row, RowOrigin};
use super::selector::flatten;
use super::set::{Element, Generator, Part, PartKind, Selector};
use super::template::value::GoMap;
use super::template::{GoValue, Stop, print_value};
use super::world::{MAX_ROWS, Rows, SetUnknown, SetUnknownKind, sanitize};
use crate::delivery::argo::objects::{Cluster, LOCAL_CLUSTER, LOCAL_SERVER};
use crate::delivery::place::{Place, Text};

/// Matrices in matrices in matrices are not followed.
const MAX_DEPTH: usize = 2;

impl Rows<'_> {
    /// The rows of one part, after the selector of its generator.
    pub(super) fn of_part(
        &mut self,
        generator: &Generator,
        part: &Part,
        above: Option<&GoMap>,
        depth: usize,
    ) -> Result<Vec<Row>, Stop> {
        if let Some(selector) = &generator.selector {
            selector.check()?;
        }
        let interpolated = match above.filter(|above| !above.entries.is_empty()) {
            Some(above) => {
                let only = Generator { parts: vec![part.clone()], ..generator.clone() };
                let rendered = self.renderer.generator(&only, above);
                Some(rendered.map_err(|stop| stop.within("failed to replace parameters in generator: "))?)
            }
            None => None,
        };
        let part = interpolated.as_ref().and_then(|generator| generator.parts.first()).unwrap_or(part);
        let mut rows = match &part.kind {
            PartKind::List { elements, elements_yaml } => self.list(elements, elements_yaml.as_ref())?,
            PartKind::Clusters { selector, values, is_flat } => self.clusters(part, selector, values, *is_flat)?,
            PartKind::Git(git) => self.git(part, git)?,
            PartKind::Matrix(generators) => self.matrix(generators, depth)?,
            PartKind::Merge { generators, keys } => self.merge(generators, keys, depth)?,
            PartKind::Other(other) => {
                let kind = SetUnknownKind::Generator(other.key());
                self.unknowns.push(SetUnknown { kind, place: self.place(part.span) });
                Vec::new()
            }
        };
        self.count += rows.len();
        if self.count > MAX_ROWS {
            return Err(Stop::NotKnown("an ApplicationSet with so many rows".to_owned()));
        }
        if let Some(selector) = &generator.selector {
            rows.retain(|row| {
                let flat = flatten(&row.parameters);
                selector.matches(&flat.into_iter().map(|(key, value)| (key, print_value(&value))).collect())
            });
        }
        Ok(rows)
    }

    /// The rows of a generator in another one, which must have exactly one part.
    pub(super) fn of_child(
        &mut self,
        generator: &Generator,
        above: Option<&GoMap>,
        depth: usize,
    ) -> Result<Vec<Row>, Stop> {
        if depth > MAX_DEPTH {
            return Err(Stop::NotKnown("generators so deep in others".to_owned()));
        }
        match generator.parts.as_slice() {
            [] => Err(Stop::fault("child generator generated no parameters")),
            [part] => self
                .of_part(generator, part, above, depth)
                .map_err(|stop| stop.within("child generator returned an error on parameter generation: ")),
            [_, _, ..] => Err(Stop::fault("found more than one generator in matrix.Generators")),
        }
    }

    fn list(&mut self, elements: &[Element], elements_yaml: Option<&Text>) -> Result<Vec<Row>, Stop> {
        let mut rows = Vec::new();
        for element in elements {
            let Json::Object(members) = &element.value else {
                return Err(Stop::NotKnown("an element of a list that is no mapping".to_owned()));
            };
            let mut parameters = GoMap::default();
            for (key, value) in members {
                if self.renderer.has_go_templates {
                    parameters.entries.insert(key.clone(), GoValue::of_json(value));
                    continue;
                }
                let not_text = || Stop::fault("error parsing value as string %!w(<nil>)");
                if key != "values" {
                    let text = value.as_str().ok_or_else(not_text)?;
                    parameters.entries.insert(key.clone(), GoValue::text(text));
                    continue;
                }
                let values = value.as_object().ok_or_else(|| Stop::fault("error parsing values map"))?;
                for (key, value) in values {
                    let text = value.as_str().ok_or_else(not_text)?;
                    parameters.entries.insert(format!("values.{key}"), GoValue::text(text));
                }
            }
            rows.push(Row { parameters, origin: RowOrigin::Place(self.place(element.span)) });
        }
        if let Some(text) = elements_yaml {
            let place = Place { file: text.file.unwrap_or(self.file), span: text.span };
            let objects = objects_of(self.world.repository, &text.text, false)
                .map_err(|stop| stop.within("error unmarshling decoded ElementsYaml "))?;
            let origin = || RowOrigin::Place(place);
            rows.extend(objects.into_iter().map(|parameters| Row { parameters, origin: origin() }));
        }
        Ok(rows)
    }

    fn clusters(
        &mut self,
        part: &Part,
        selector: &Selector,
        values: &[(String, String)],
        is_flat: bool,
    ) -> Result<Vec<Row>, Stop> {
        selector.check().map_err(|stop| stop.within("error getting cluster secrets: "))?;
        let place = self.place(part.span);
        let mut rows = Vec::new();
        if self.world.clusters.is_empty() {
            self.unknowns.push(SetUnknown { kind: SetUnknownKind::ClusterSecrets, place });
        }
        let servers = self.world.clusters.iter().filter_map(|cluster| cluster.server.as_ref());
        let has_local = servers.into_iter().any(|server| server.text == LOCAL_SERVER);
        if selector.is_empty() && !has_local {
            let text = |key: &str, value: &str| (key.to_owned(), GoValue::text(value));
            let parameters = GoMap::of([
                text("name", LOCAL_CLUSTER),
                text("nameNormalized", LOCAL_CLUSTER),
                text("server", LOCAL_SERVER),
                text("project", ""),
            ]);
            rows.push(Row { parameters, origin: RowOrigin::Place(place) });
        }
        for cluster in self.world.clusters {
            let labels: BTreeMap<_, _> = cluster.meta.labels.iter().cloned().collect();
            if !selector.matches(&labels) {
                continue;
            }
            if cluster.is_unreadable || cluster.name.is_none() || cluster.server.is_none() {
                let kind = SetUnknownKind::EncryptedCluster;
                self.unknowns.push(SetUnknown { kind, place: cluster.meta.place() });
                continue;
            }
            let parameters = self.cluster_parameters(cluster)?;
            rows.push(Row { parameters, origin: RowOrigin::Place(cluster.meta.place()) });
        }
        for row in &mut rows {
            self.add_values(values, &mut row.parameters)?;
        }
        if is_flat {
            let clusters = rows.into_iter().map(|row| GoValue::Map(row.parameters)).collect();
            let parameters = GoMap::of([("clusters".to_owned(), GoValue::List(clusters))]);
            return Ok(vec![Row { parameters, origin: RowOrigin::Place(place) }]);
        }
        Ok(rows)
    }

    fn cluster_parameters(&self, cluster: &Cluster) -> Result<GoMap, Stop> {
        let text = |text: &Option<Text>| text.as_ref().map_or("", |text| &text.text).to_owned();
        let name = text(&cluster.name);
        let mut parameters = GoMap::of([
            ("nameNormalized".to_owned(), GoValue::Text(sanitize(&name)?)),
            ("name".to_owned(), GoValue::Text(name)),
            ("server".to_owned(), GoValue::Text(text(&cluster.server))),
            ("project".to_owned(), GoValue::Text(text(&cluster.project))),
        ]);
        let groups = [("annotations", &cluster.meta.annotations), ("labels", &cluster.meta.labels)];
        if self.renderer.has_go_templates {
            let mut metadata = GoMap::default();
            for (key, pairs) in groups {
                if !pairs.is_empty() {
                    metadata.entries.insert(key.to_owned(), GoValue::Map(GoMap::of_texts(pairs.iter().cloned())));
                }
            }
            parameters.entries.insert("metadata".to_owned(), GoValue::Map(metadata));
        } else {
            for (group, pairs) in groups {
                for (key, value) in pairs {
                    parameters.entries.insert(format!("metadata.{group}.{key}"), GoValue::text(value));
                }
            }
        }
        Ok(parameters)
    }
}
