//! Aggregation properties as a blueprint declares them, and the figures that they ask for.

use serde_json::{Number, Value};

use crate::domain::value::timestamp::Moment;

const HOUR: f64 = 3_600_000.0;

/// A figure over the related entities of one blueprint.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Aggregation {
    pub name: Box<str>,
    pub target: Box<str>,
    pub figure: Figure,
    /// The property whose numbers count; `None`: the entities are counted.
    pub property: Option<Box<str>>,
    /// The property with the time of an entity, for averages per period.
    pub time: Box<str>,
    /// Only entities that match this search count.
    pub query: Option<Value>,
    /// Only entities that this path leads to count; `None`: all that are related.
    pub path: Option<AggregationPath>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AggregationPath {
    pub relations: Vec<Box<str>>,
    /// The blueprint where the path begins; `None`: that of the property.
    pub from: Option<Box<str>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Figure {
    Count,
    Sum,
    Min,
    Max,
    Median,
    Average(Period),
}

/// What an average is per.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Period {
    Hour,
    Day,
    Week,
    /// 30 days.
    Month,
    /// Per entity.
    Total,
}

/// What counts of an entity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured {
    /// 1 if entities are counted.
    pub value: f64,
    pub time: Moment,
}

impl Aggregation {
    /// The aggregation properties of a blueprint. One that the platform would refuse is left out: it has no value.
    pub fn all(body: &Value) -> Vec<Self> {
        let entries = body.get("aggregationProperties").and_then(Value::as_object);
        entries.into_iter().flatten().filter_map(|(name, property)| Self::of(name, property)).collect()
    }

    fn of(name: &str, property: &Value) -> Option<Self> {
        let spec = property.get("calculationSpec")?;
        let text = |key: &str| spec.get(key).and_then(Value::as_str);
        let figure = match text("func")? {
            "count" => Figure::Count,
            "sum" => Figure::Sum,
            "min" => Figure::Min,
            "max" => Figure::Max,
            "median" => Figure::Median,
            "average" => Figure::Average(match text("averageOf").unwrap_or("total") {
                "hour" => Period::Hour,
                "day" => Period::Day,
                "week" => Period::Week,
                "month" => Period::Month,
                "total" => Period::Total,
                _ => return None,
            }),
            _ => return None,
        };
        let property_name = match text("calculationBy")? {
            "property" => Some(text("property")?.into()),
            _ => None,
        };
        let path = match property.get("pathFilter") {
            None | Some(Value::Null) => None,
            Some(filters) => match filters.as_array()?.first() {
                None => None,
                Some(filter) => Some(AggregationPath::of(filter)?),
            },
        };
        Some(Self {
            name: name.into(),
            target: property.get("target")?.as_str()?.into(),
            figure,
            property: property_name,
            time: text("measureTimeBy").unwrap_or("$createdAt").into(),
            query: property.get("query").filter(|query| !query.is_null()).cloned(),
            path,
        })
    }

    pub fn needs_properties(&self) -> bool {
        let needs_time = matches!(self.figure, Figure::Average(period) if period != Period::Total);
        self.property.is_some() || needs_time && !self.time.starts_with('$')
    }
}

impl AggregationPath {
    fn of(filter: &Value) -> Option<Self> {
        let relations = filter.get("path")?.as_array()?.iter().map(|relation| relation.as_str().map(Box::from));
        let relations = relations.collect::<Option<Vec<_>>>().filter(|relations| !relations.is_empty())?;
        Some(Self { relations, from: filter.get("fromBlueprint").and_then(Value::as_str).map(Box::from) })
    }
}

impl Figure {
    /// Nothing counts as 0 and adds up to 0, and has no other figure.
    pub fn of(self, found: &[Measured], now: Moment) -> Value {
        if found.is_empty() && !matches!(self, Self::Count | Self::Sum) {
            return Value::Null;
        }
        let values = || found.iter().map(|measured| measured.value);
        let sum = values().sum::<f64>();
        let result = match self {
            Self::Count => found.len() as f64,
            Self::Sum => sum,
            Self::Min => values().fold(f64::INFINITY, f64::min),
            Self::Max => values().fold(f64::NEG_INFINITY, f64::max),
            Self::Median => median(values().collect()),
            Self::Average(period) => {
                let first = found.iter().map(|measured| measured.time).min().unwrap_or(now);
                sum / period.number_since(first, now).unwrap_or(found.len() as f64)
            }
        };
        number(result)
    }
}

impl Period {
    /// The number of periods from the first entity until now, at least one; `None`: per entity.
    fn number_since(self, first: Moment, now: Moment) -> Option<f64> {
        let length = match self {
            Self::Hour => HOUR,
            Self::Day => 24.0 * HOUR,
            Self::Week => 7.0 * 24.0 * HOUR,
            Self::Month => 30.0 * 24.0 * HOUR,
            Self::Total => return None,
        };
        Some((now.0.saturating_sub(first.0) as f64 / length).max(1.0))
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        0 => f64::midpoint(values[middle - 1], values[middle]),
        _ => values[middle],
    }
}

/// A whole number has no fraction in JSON.
fn number(value: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        return (value as i64).into();
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const DAY: i64 = 86_400_000;

    fn measured(values: &[f64]) -> Vec<Measured> {
        values
            .iter()
            .enumerate()
            .map(|(day, value)| Measured { value: *value, time: Moment(day as i64 * DAY) })
            .collect()
    }

    #[test]
    fn figures_are_what_their_names_say() {
        let found = measured(&[4.0, 1.0, 7.5, 1.0]);
        let figure = |figure: Figure| figure.of(&found, Moment(14 * DAY));
        assert_eq!(figure(Figure::Count), json!(4));
        assert_eq!(figure(Figure::Sum), json!(13.5));
        assert_eq!(figure(Figure::Min), json!(1));
        assert_eq!(figure(Figure::Max), json!(7.5));
        assert_eq!(figure(Figure::Median), json!(2.5));
        assert_eq!(figure(Figure::Average(Period::Total)), json!(3.375));
        assert_eq!(figure(Figure::Average(Period::Week)), json!(6.75));
        assert_eq!(figure(Figure::Average(Period::Month)), json!(13.5), "at least one period");
        assert_eq!(Figure::Median.of(&measured(&[3.0, 9.0, 1.0]), Moment(0)), json!(3));
    }

    #[test]
    fn nothing_counts_as_nothing() {
        for (figure, expected) in [
            (Figure::Count, json!(0)),
            (Figure::Sum, json!(0)),
            (Figure::Min, Value::Null),
            (Figure::Max, Value::Null),
            (Figure::Median, Value::Null),
            (Figure::Average(Period::Day), Value::Null),
            (Figure::Average(Period::Total), Value::Null),
        ] {
            assert_eq!(figure.of(&[], Moment(0)), expected, "{figure:?}");
        }
    }

    #[test]
    fn a_property_that_the_platform_would_refuse_has_no_value() {
        let count = json!({"func": "count", "calculationBy": "entities"});
        let body = json!({"aggregationProperties": {
            "good": {"target": "issue", "pathFilter": [], "calculationSpec": count},
            "noFunction": {"target": "issue", "calculationSpec": {"func": "mode", "calculationBy": "entities"}},
            "noProperty": {"target": "issue", "calculationSpec": {"func": "sum", "calculationBy": "property"}},
            "noSpec": {"target": "issue"},
            "noList": {"target": "issue", "pathFilter": "area", "calculationSpec": count},
            "noRelations": {"target": "issue", "pathFilter": [{"path": []}], "calculationSpec": count},
            "noName": {"target": "issue", "pathFilter": [{"path": ["area", 5]}], "calculationSpec": count},
        }});
        let names = Aggregation::all(&body).into_iter().map(|it| it.name).collect::<Vec<_>>();
        assert_eq!(names, ["good".into()] as [Box<str>; 1]);
        assert_eq!(Aggregation::all(&json!({})), []);
    }
}
