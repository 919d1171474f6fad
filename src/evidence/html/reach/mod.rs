//! Who can reach what: everything that the scenarios tried, folded over all of them, drawn as a map and told as a table.
//!
//! The map is made from the record alone, in three columns: who asked, the roles that were taken, and what was reached for.
//! Its layout is that of layered graphs (Sugiyama, Tagawa and Toda, 1981): edges that cross a column have a place of their
//! own in it, and columns are sorted by the places of their neighbours. No number in it comes from anything but the record.

mod drawing;
mod layout;
mod map;
mod rows;
mod section;
mod table;

pub(super) use section::reach;
