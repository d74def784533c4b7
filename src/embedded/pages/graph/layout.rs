//! Places the boxes of a graph in three columns: what points to the subject, the subject, and what it points to. The
//! boxes of a column are grouped by relation. The same input gives the same picture.

use crate::embedded::pages::address::Address;
use crate::embedded::pages::preview::Mark;

pub(super) const BOX_WIDTH: i64 = 216;
pub(super) const BOX_HEIGHT: i64 = 44;
/// The height of the name of a relation above its boxes.
pub(super) const HEADING: i64 = 24;
const GAP: i64 = 8;
const GROUP_GAP: i64 = 14;
/// The space between two columns, in which the lines are.
const GUTTER: i64 = 96;
const MARGIN: i64 = 6;
/// The number of boxes in a group. One more box takes as much space as saying that there is one more.
const MAX_BOXES: usize = 7;

/// What is drawn.
#[derive(Debug, Clone)]
pub struct Graph {
    pub subject: Node,
    pub incoming: Vec<Group>,
    pub outgoing: Vec<Group>,
}

/// The boxes of one relation.
#[derive(Debug, Clone)]
pub struct Group {
    pub relation: String,
    pub nodes: Vec<Node>,
    /// Those that `nodes` does not have.
    pub rest: Option<Rest>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub title: String,
    /// What it is; empty for a blueprint.
    pub kind: String,
    /// `None`: there is no page of it.
    pub address: Option<Address>,
    pub mark: Option<Mark>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rest {
    pub count: usize,
    /// The list of all of them; `None`: there is no single one.
    pub address: Option<Address>,
}

#[derive(Debug)]
pub(super) struct Layout<'g> {
    pub width: i64,
    pub height: i64,
    pub boxes: Vec<PlacedNode<'g>>,
    pub headings: Vec<Heading<'g>>,
    pub rests: Vec<PlacedRest<'g>>,
    pub lines: Vec<Line>,
}

/// The top left corner of a box.
#[derive(Debug)]
pub(super) struct PlacedNode<'g> {
    pub x: i64,
    pub y: i64,
    pub node: &'g Node,
    pub is_subject: bool,
}

#[derive(Debug)]
pub(super) struct Heading<'g> {
    pub x: i64,
    pub baseline: i64,
    pub text: &'g str,
}

#[derive(Debug)]
pub(super) struct PlacedRest<'g> {
    pub x: i64,
    pub baseline: i64,
    pub count: usize,
    pub address: Option<&'g Address>,
}

/// An arrow from the right side of a box to the left side of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    pub from: (i64, i64),
    pub to: (i64, i64),
}

impl<'g> Layout<'g> {
    pub fn of(graph: &'g Graph) -> Self {
        let has = |groups: &[Group]| !groups.is_empty();
        let left = MARGIN;
        let middle = if has(&graph.incoming) { left + BOX_WIDTH + GUTTER } else { left };
        let right = middle + BOX_WIDTH + GUTTER;
        let tallest = height_of(&graph.incoming).max(height_of(&graph.outgoing)).max(BOX_HEIGHT);
        let end = if has(&graph.outgoing) { right + BOX_WIDTH } else { middle + BOX_WIDTH };
        let mut layout = Self {
            width: end + MARGIN,
            height: tallest + 2 * MARGIN,
            boxes: Vec::new(),
            headings: Vec::new(),
            rests: Vec::new(),
            lines: Vec::new(),
        };
        let y = MARGIN + (tallest - BOX_HEIGHT) / 2;
        layout.boxes.push(PlacedNode { x: middle, y, node: &graph.subject, is_subject: true });
        let centre = y + BOX_HEIGHT / 2;
        for side in layout.column(&graph.incoming, left, tallest) {
            layout.lines.push(Line { from: (left + BOX_WIDTH, side), to: (middle, centre) });
        }
        for side in layout.column(&graph.outgoing, right, tallest) {
            layout.lines.push(Line { from: (middle + BOX_WIDTH, centre), to: (right, side) });
        }
        layout
    }

    /// Places the groups of one column in the middle of the height. Returns the height of each box's centre.
    fn column(&mut self, groups: &'g [Group], x: i64, tallest: i64) -> Vec<i64> {
        let mut y = MARGIN + (tallest - height_of(groups)) / 2;
        let mut centres = Vec::new();
        for group in groups {
            self.headings.push(Heading { x, baseline: y + HEADING - 9, text: &group.relation });
            y += HEADING;
            for node in group.shown() {
                self.boxes.push(PlacedNode { x, y, node, is_subject: false });
                centres.push(y + BOX_HEIGHT / 2);
                y += BOX_HEIGHT + GAP;
            }
            if let Some((count, address)) = group.hidden() {
                self.rests.push(PlacedRest { x, baseline: y + 10, count, address });
                y += HEADING;
            }
            y += GROUP_GAP - GAP;
        }
        centres
    }
}

impl Group {
    fn shown(&self) -> &[Node] {
        let is_all = self.nodes.len() <= MAX_BOXES + 1 && self.rest.is_none();
        let shown = if is_all { self.nodes.len() } else { self.nodes.len().min(MAX_BOXES) };
        &self.nodes[..shown]
    }

    /// The number of those that are not shown, and where all are listed.
    fn hidden(&self) -> Option<(usize, Option<&Address>)> {
        let left_out = self.nodes.len() - self.shown().len();
        let count = left_out + self.rest.as_ref().map_or(0, |rest| rest.count);
        let address = self.rest.as_ref().and_then(|rest| rest.address.as_ref());
        (count > 0).then_some((count, address))
    }

    fn height(&self) -> i64 {
        let boxes = i64::try_from(self.shown().len()).unwrap_or_default();
        let rest = if self.hidden().is_some() { HEADING } else { 0 };
        HEADING + boxes * (BOX_HEIGHT + GAP) - GAP + rest
    }
}

fn height_of(groups: &[Group]) -> i64 {
    let gaps = i64::try_from(groups.len().saturating_sub(1)).unwrap_or_default() * GROUP_GAP;
    groups.iter().map(Group::height).sum::<i64>() + gaps
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn group(at: usize, nodes: usize, more: usize) -> Group {
        let node = |number: usize| Node {
            title: format!("n{at}.{number}"),
            kind: "Service".to_owned(),
            address: Some(Address::entity("service", &format!("n{at}.{number}"))),
            mark: None,
        };
        let rest = (more > 0).then_some(Rest { count: more, address: None });
        Group { relation: format!("r{at}"), nodes: (0..nodes).map(node).collect(), rest }
    }

    fn graph(incoming: &[(usize, usize)], outgoing: &[(usize, usize)]) -> Graph {
        let groups = |sizes: &[(usize, usize)]| {
            sizes.iter().enumerate().map(|(at, (nodes, more))| group(at, *nodes, *more)).collect()
        };
        let subject = Node { title: "cart".to_owned(), kind: "Service".to_owned(), address: None, mark: None };
        Graph { subject, incoming: groups(incoming), outgoing: groups(outgoing) }
    }

    fn overlap(one: &PlacedNode<'_>, other: &PlacedNode<'_>) -> bool {
        (one.x - other.x).abs() < BOX_WIDTH && (one.y - other.y).abs() < BOX_HEIGHT
    }

    proptest! {
        #![proptest_config(crate::generated_cases::config(256))]

        #[test]
        fn nothing_overlaps_or_leaves_the_picture(
            incoming in prop::collection::vec((1..30usize, 0..50usize), 0..5),
            outgoing in prop::collection::vec((1..30usize, 0..50usize), 0..5),
        ) {
            let graph = graph(&incoming, &outgoing);
            let layout = Layout::of(&graph);
            for (at, one) in layout.boxes.iter().enumerate() {
                prop_assert!(one.x >= 0 && one.y >= 0);
                prop_assert!(one.x + BOX_WIDTH <= layout.width && one.y + BOX_HEIGHT <= layout.height);
                prop_assert!(layout.boxes[..at].iter().all(|other| !overlap(one, other)));
            }
            for (x, baseline) in layout.headings.iter().map(|heading| (heading.x, heading.baseline))
                .chain(layout.rests.iter().map(|rest| (rest.x, rest.baseline)))
            {
                prop_assert!(baseline < layout.height && baseline > 8);
                let is_hidden = |one: &PlacedNode<'_>| one.x == x && baseline > one.y && baseline - 8 < one.y + BOX_HEIGHT;
                prop_assert!(!layout.boxes.iter().any(is_hidden));
            }
            // Every neighbour is drawn or counted.
            let all: usize = incoming.iter().chain(&outgoing).map(|(nodes, more)| nodes + more).sum();
            let rest: usize = layout.rests.iter().map(|rest| rest.count).sum();
            prop_assert_eq!(layout.boxes.len() - 1 + rest, all);
            prop_assert_eq!(layout.lines.len(), layout.boxes.len() - 1);
            prop_assert_eq!(format!("{layout:?}"), format!("{:?}", Layout::of(&graph)));
        }
    }

    #[test]
    fn a_large_group_is_cut_and_counted() {
        let of = |nodes: usize, more: usize| {
            let graph = graph(&[], &[(nodes, more)]);
            let layout = Layout::of(&graph);
            (layout.boxes.len() - 1, layout.rests.first().map(|rest| rest.count))
        };
        assert_eq!((of(8, 0), of(9, 0), of(9, 35)), ((8, None), (7, Some(2)), (7, Some(37))));
    }
}
