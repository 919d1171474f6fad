//! Where everything on the map is drawn: whole numbers that follow from the map alone.

use std::collections::BTreeMap;

use super::map::{Column, Map, Way};

/// Of a place.
pub(super) const WIDTH: i64 = 190;
/// Between columns; the words of an edge stand there.
const BETWEEN: i64 = 262;
/// Above the columns, for their headings.
const TOP: i64 = 34;
const MARGIN: i64 = 6;
/// An edge's share of the side of a place: a line of small words.
const PORT: i64 = 17;
const LOWEST: i64 = 44;
const GAP: i64 = 14;
/// How far apart edges pass through a column.
const LANE: i64 = 9;
/// How often the order and the heights are improved; more changes little.
const SWEEPS: usize = 12;

/// A place as it is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) height: i64,
}

/// An edge as it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Curve {
    pub(super) from: (i64, i64),
    pub(super) to: (i64, i64),
    /// Where it passes through a column: its sides, and how high.
    pub(super) lane: Option<(i64, i64, i64)>,
}

#[derive(Debug)]
pub(super) struct Layout {
    pub(super) width: i64,
    pub(super) height: i64,
    /// The columns that there are, each with its left side.
    pub(super) columns: Vec<(Column, i64)>,
    /// In the order of `Map::places`.
    pub(super) boxes: Vec<Frame>,
    /// In the order of `Map::edges`.
    pub(super) curves: Vec<Curve>,
}

/// Something that has a place in a column: a place, or where an edge passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Place(usize),
    Lane(usize),
}

#[derive(Debug)]
struct Draft<'m> {
    map: &'m Map,
    columns: Vec<Column>,
    ways: Vec<Way>,
    items: Vec<Item>,
    /// Which items touch which, in the columns before and after.
    neighbours: Vec<Vec<usize>>,
    heights: Vec<i64>,
    /// The items of each column, from the top.
    order: Vec<Vec<usize>>,
    tops: Vec<i64>,
}

impl Layout {
    pub(super) fn of(map: &Map) -> Layout {
        let mut draft = Draft::new(map);
        for sweep in 0..SWEEPS {
            draft.sort(sweep % 2 == 0);
        }
        draft.stack();
        for sweep in 0..SWEEPS {
            draft.settle(sweep % 2 == 0);
        }
        draft.finish()
    }
}

impl<'m> Draft<'m> {
    fn new(map: &'m Map) -> Draft<'m> {
        let mut columns: Vec<Column> = map.places.iter().map(|it| it.column).collect();
        columns.sort_unstable();
        columns.dedup();
        let ways: Vec<Way> = map.edges.keys().copied().collect();
        let items = (0..map.places.len()).map(Item::Place).collect();
        let count = map.places.len();
        let mut draft = Draft {
            map,
            order: vec![Vec::new(); columns.len()],
            columns,
            ways,
            items,
            neighbours: vec![Vec::new(); count],
            heights: Vec::new(),
            tops: Vec::new(),
        };
        for place in 0..count {
            let column = draft.column(place);
            draft.order.get_mut(column).into_iter().for_each(|it| it.push(place));
        }
        for way in 0..draft.ways.len() {
            draft.connect(way);
        }
        draft.heights = (0..draft.items.len()).map(|it| draft.height(it)).collect();
        draft.tops = vec![0; draft.items.len()];
        draft
    }

    /// The number of a place's column among those that there are.
    fn column(&self, place: usize) -> usize {
        let column = self.map.places.get(place).map(|it| it.column);
        self.columns.iter().position(|it| Some(*it) == column).unwrap_or_default()
    }

    fn way(&self, way: usize) -> (usize, usize) {
        self.ways.get(way).map_or((0, 0), |(from, to, _)| (*from, *to))
    }

    fn connect(&mut self, way: usize) {
        let (from, to) = self.way(way);
        let (first, last) = (self.column(from), self.column(to));
        if last == first + 2 {
            let lane = self.items.len();
            self.items.push(Item::Lane(way));
            self.neighbours.push(vec![from, to]);
            self.order.get_mut(first + 1).into_iter().for_each(|it| it.push(lane));
            self.touch(from, lane);
            self.touch(to, lane);
        } else if last != first {
            self.touch(from, to);
            self.touch(to, from);
        }
    }

    fn touch(&mut self, item: usize, other: usize) {
        self.neighbours.get_mut(item).into_iter().for_each(|it| it.push(other));
    }

    fn height(&self, item: usize) -> i64 {
        let Some(Item::Place(place)) = self.items.get(item) else { return 0 };
        let most = [Side::Left, Side::Right].map(|side| self.ports(*place, side).len()).into_iter().max();
        (i64::try_from(most.unwrap_or_default()).unwrap_or_default() * PORT + 8).max(LOWEST)
    }

    /// The edges at a side of a place, each with whether it ends there.
    fn ports(&self, place: usize, side: Side) -> Vec<(usize, bool)> {
        let mut ports = Vec::new();
        for (number, (from, to, _)) in self.ways.iter().enumerate() {
            let is_loop = self.column(*from) == self.column(*to);
            if *from == place && side == Side::Right {
                ports.push((number, false));
            }
            if *to == place && (side == Side::Right) == is_loop {
                ports.push((number, true));
            }
        }
        ports
    }

    /// Sorts each column by the middle of its neighbours' ranks.
    fn sort(&mut self, rightwards: bool) {
        let mut columns: Vec<usize> = (0..self.order.len()).collect();
        if !rightwards {
            columns.reverse();
        }
        for column in columns {
            let ranks = self.ranks();
            let middle = |item: &usize| {
                let of = self.neighbours.get(*item).map(Vec::as_slice).unwrap_or_default();
                mean(of.iter().filter_map(|it| ranks.get(it)).copied())
                    .or_else(|| ranks.get(item).copied())
                    .unwrap_or_default()
            };
            let mut sorted = self.order.get(column).cloned().unwrap_or_default();
            sorted.sort_by_cached_key(|item| (middle(item), ranks.get(item).copied(), *item));
            self.order.get_mut(column).into_iter().for_each(|it| it.clone_from(&sorted));
        }
    }

    /// How far down each item stands in its column, of ten thousand, so that columns of any length compare.
    fn ranks(&self) -> BTreeMap<usize, i64> {
        let mut ranks = BTreeMap::new();
        for column in &self.order {
            let count = i64::try_from(column.len()).unwrap_or(1).max(1);
            for (rank, item) in (0..).zip(column) {
                ranks.insert(*item, (2 * rank + 1) * 5_000 / count);
            }
        }
        ranks
    }

    /// Puts the items of each column below one another.
    fn stack(&mut self) {
        for column in self.order.clone() {
            let mut top = TOP;
            for (before, item) in pairs(&column) {
                top += before.map_or(0, |it| self.gap(it, item));
                self.put(item, top);
                top += self.item_height(item);
            }
        }
    }

    /// Moves items to the height of their neighbours, as far as there is room.
    fn settle(&mut self, rightwards: bool) {
        let bottom = self.bottom();
        let mut columns: Vec<Vec<usize>> = self.order.clone();
        if !rightwards {
            columns.reverse();
        }
        for column in columns {
            let mut top = TOP;
            for (before, item) in pairs(&column) {
                top += before.map_or(0, |it| self.gap(it, item));
                let wanted = self.wanted(item).unwrap_or(top);
                top = top.max(wanted);
                self.put(item, top);
                top += self.item_height(item);
            }
            let mut end = bottom;
            for (after, item) in pairs(&column.iter().rev().copied().collect::<Vec<_>>()) {
                end -= after.map_or(0, |it| self.gap(item, it));
                end = end.min(self.top(item) + self.item_height(item)) - self.item_height(item);
                self.put(item, end);
            }
        }
    }

    fn wanted(&self, item: usize) -> Option<i64> {
        let of = self.neighbours.get(item)?;
        Some(mean(of.iter().map(|it| self.middle(*it)))? - self.item_height(item) / 2)
    }

    fn gap(&self, above: usize, below: usize) -> i64 {
        match (self.items.get(above), self.items.get(below)) {
            (Some(Item::Lane(_)), Some(Item::Lane(_))) => LANE,
            _ => GAP,
        }
    }

    fn bottom(&self) -> i64 {
        (0..self.items.len()).map(|it| self.top(it) + self.item_height(it)).max().unwrap_or(TOP)
    }

    fn top(&self, item: usize) -> i64 {
        self.tops.get(item).copied().unwrap_or_default()
    }

    fn item_height(&self, item: usize) -> i64 {
        self.heights.get(item).copied().unwrap_or_default()
    }

    fn middle(&self, item: usize) -> i64 {
        self.top(item) + self.item_height(item) / 2
    }

    fn put(&mut self, item: usize, top: i64) {
        self.tops.get_mut(item).into_iter().for_each(|it| *it = top);
    }

    fn left(&self, place: usize) -> i64 {
        left(self.column(place))
    }

    fn finish(&self) -> Layout {
        let count = self.map.places.len();
        let of = |it: usize| Frame { x: self.left(it), y: self.top(it), height: self.item_height(it) };
        let mut curves: Vec<Curve> = vec![Curve { from: (0, 0), to: (0, 0), lane: None }; self.ways.len()];
        for place in 0..count {
            for side in [Side::Left, Side::Right] {
                self.attach(place, side, &mut curves);
            }
        }
        for (item, kind) in self.items.iter().enumerate() {
            let Item::Lane(way) = kind else { continue };
            let x = self.left(self.way(*way).0) + WIDTH + BETWEEN;
            let lane = Some((x, x + WIDTH, self.top(item)));
            curves.get_mut(*way).into_iter().for_each(|it| it.lane = lane);
        }
        let columns: Vec<_> = self.columns.iter().enumerate().map(|(at, it)| (*it, left(at))).collect();
        let has_loops = self.ways.iter().any(|(from, to, _)| self.column(*from) == self.column(*to));
        let last = columns.last().map_or(0, |(_, x)| *x);
        // A loop at the right edge needs room for its words.
        let beside = if has_loops && self.columns.last() == Some(&Column::Role) { BETWEEN } else { 0 };
        Layout {
            width: last + WIDTH + beside + MARGIN,
            height: self.bottom() + MARGIN,
            columns,
            boxes: (0..count).map(of).collect(),
            curves,
        }
    }

    /// Gives the edges at a side their ends, in the order in which they come from above.
    fn attach(&self, place: usize, side: Side, curves: &mut [Curve]) {
        let mut ports = self.ports(place, side);
        ports.sort_by_key(|(way, ends)| {
            let (from, to) = self.way(*way);
            (self.middle(if *ends { from } else { to }), *way, *ends)
        });
        let count = i64::try_from(ports.len()).unwrap_or_default();
        let first = self.middle(place) - (count - 1) * PORT / 2;
        let x = self.left(place) + if side == Side::Right { WIDTH } else { 0 };
        for (number, (way, ends)) in (0..).zip(ports) {
            let at = (x, first + number * PORT);
            let Some(curve) = curves.get_mut(way) else { continue };
            *if ends { &mut curve.to } else { &mut curve.from } = at;
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

fn left(column: usize) -> i64 {
    MARGIN + i64::try_from(column).unwrap_or_default() * (WIDTH + BETWEEN)
}

fn mean(numbers: impl Iterator<Item = i64>) -> Option<i64> {
    let (sum, count) = numbers.fold((0, 0), |(sum, count), it| (sum + it, count + 1));
    (count > 0).then(|| sum / count)
}

/// Each item with the one before it.
fn pairs(items: &[usize]) -> Vec<(Option<usize>, usize)> {
    let before = [None].into_iter().chain(items.iter().copied().map(Some));
    before.zip(items.iter().copied()).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::super::map::{Edge, Place};
    use super::*;
    use crate::call::Verdict;
    use crate::html::look;

    fn place(column: Column, name: usize) -> Place {
        Place { column, kind: "user".into(), name: format!("{name:03}"), account: None }
    }

    /// So many places in each column, and edges in a fixed muddle.
    fn map(callers: usize, roles: usize, resources: usize) -> Map {
        let columns = [(Column::Caller, callers), (Column::Role, roles), (Column::Resource, resources)];
        let places: Vec<Place> =
            columns.iter().flat_map(|(column, count)| (0..*count).map(|it| place(*column, it))).collect();
        let look = look::verdict(Verdict::Allowed, true);
        let mut edges = BTreeMap::new();
        for from in 0..callers + roles {
            for to in [from * 7 + 3, from * 11 + 5] {
                let first = if from < callers { callers } else { callers + roles };
                if first < places.len() {
                    edges.insert((from, first + to % (places.len() - first), look), Edge::default());
                }
            }
        }
        Map { places, edges }
    }

    fn check(map: &Map) {
        let layout = Layout::of(map);
        for (at, it) in layout.boxes.iter().enumerate() {
            assert!(it.y >= TOP && it.y + it.height < layout.height && it.x + WIDTH < layout.width, "{it:?}");
            for other in &layout.boxes[..at] {
                let apart = it.x != other.x || it.y >= other.y + other.height || other.y >= it.y + it.height;
                assert!(apart, "{it:?} {other:?}");
            }
        }
        for ((from, to, _), curve) in map.edges.keys().zip(&layout.curves) {
            let on = |end: (i64, i64), it: Frame| end.1 > it.y && end.1 < it.y + it.height;
            assert!(on(curve.from, layout.boxes[*from]) && on(curve.to, layout.boxes[*to]), "{curve:?}");
            if let Some((left, right, y)) = curve.lane {
                assert!(curve.from.0 < left && right < curve.to.0, "{curve:?}");
                let crossed =
                    layout.boxes.iter().find(|it| it.x == left && y >= it.y && y <= it.y + it.height);
                assert_eq!(crossed, None, "{curve:?}");
            }
        }
        let mut ends: Vec<_> = layout.curves.iter().flat_map(|it| [it.from, it.to]).collect();
        let count = ends.len();
        ends.sort_unstable();
        ends.dedup();
        assert_eq!(ends.len(), count, "two edges end at one point");
    }

    #[test]
    fn nothing_is_drawn_over_anything_else() {
        for (callers, roles, resources) in
            [(1, 1, 1), (1, 0, 1), (0, 1, 1), (3, 1, 0), (20, 20, 20), (1, 2, 50), (50, 1, 1), (30, 0, 30)]
        {
            check(&map(callers, roles, resources));
        }
    }

    #[test]
    fn a_role_that_takes_another_leads_beside_the_column() {
        let look = look::verdict(Verdict::Allowed, true);
        let places = vec![place(Column::Role, 0), place(Column::Role, 1)];
        let map = Map {
            places,
            edges: BTreeMap::from([((0, 1, look), Edge::default()), ((1, 1, look), Edge::default())]),
        };
        check(&map);
        let layout = Layout::of(&map);
        assert!(layout.curves.iter().all(|it| it.from.0 == it.to.0 && it.to.0 + BETWEEN < layout.width));
    }

    #[test]
    fn neighbours_stand_side_by_side() {
        let look = look::verdict(Verdict::Denied, true);
        let places: Vec<Place> = [Column::Caller, Column::Resource]
            .iter()
            .flat_map(|column| (0..30).map(|it| place(*column, it)))
            .collect();
        let edges = (0..30).map(|it| ((it, 59 - it, look), Edge::default())).collect();
        let layout = Layout::of(&Map { places, edges });
        assert!(layout.curves.iter().all(|it| it.from.1 == it.to.1), "{:?}", layout.curves);
    }
}
