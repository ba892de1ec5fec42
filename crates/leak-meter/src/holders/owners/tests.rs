//! Tests of owners in small graphs.

use super::super::graph::tests::graph;
use super::*;

/// Blocks, given by their places. Place 8 has tasks, and place 9 their list.
struct Toy(Vec<u32>);

impl Toy {
    /// Places from this one on belong to one structure.
    const LINKED: u32 = 20;
}

impl Blocks for Toy {
    fn site(&self, block: u32) -> u32 {
        self.0[block as usize]
    }

    fn place(&mut self, block: u32) -> u32 {
        self.0[block as usize]
    }

    fn role(&self, place: u32) -> Role {
        match place {
            9 => Role::TaskList,
            8 => Role::Task,
            _ => Role::Other,
        }
    }

    fn structure(&self, place: u32) -> u32 {
        place.min(Self::LINKED)
    }
}

/// The edges that do not belong to an owner, and the graph.
fn others(places: &[u32], edges: &[(u32, u32)]) -> (Vec<(u32, u32)>, Graph) {
    let mut graph = graph(u32::try_from(places.len()).unwrap(), edges);
    let blocks = &mut Toy(places.to_vec());
    let (others, _) = find(&mut graph, &Counted::default(), blocks, Vec::new());
    let others = graph.each().filter(|(_, place, _)| others.has(*place));
    (others.map(|(block, _, edge)| (block, edge.target)).collect(), graph)
}

/// `values` blocks of place 1, each owned by a box of place 2.
fn boxes(values: u32) -> (Vec<u32>, Vec<(u32, u32)>) {
    let places = (0..2 * values).map(|block| if block < values { 1 } else { 2 }).collect();
    (places, (0..values).map(|value| (values + value, value)).collect())
}

#[test]
fn a_rare_pointer_does_not_belong_to_an_owner() {
    let (mut places, mut edges) = boxes(20);
    // The free slots of a queue, with two old pointers in them.
    places.push(3);
    edges.extend([(40, 4), (40, 7)]);
    assert_eq!(others(&places, &edges).0, [(40, 4), (40, 7)]);
    let (mut places, mut edges) = boxes(8);
    places.push(3);
    edges.push((16, 4));
    assert!(others(&places, &edges).0.is_empty(), "of few blocks nothing is regular");
}

#[test]
fn a_table_that_points_to_all_blocks_may_be_the_owner() {
    let (mut places, mut edges) = boxes(20);
    places.push(3);
    edges.extend((0..20).map(|value| (40, value)));
    assert!(others(&places, &edges).0.is_empty());
}

#[test]
fn neighbours_are_not_compared() {
    // A list of twenty nodes that point to each other, and its owner, which points to the first.
    let mut edges: Vec<(u32, u32)> = (1..20).flat_map(|at| [(at - 1, at), (at, at - 1)]).collect();
    edges.push((20, 0));
    let places: Vec<u32> = (0..21).map(|block| if block < 20 { 1 } else { 2 }).collect();
    assert!(others(&places, &edges).0.is_empty());
    // If nodes point only to the next one, a stale pointer into the middle is recognised.
    let mut edges: Vec<(u32, u32)> = (1..20).map(|at| (at - 1, at)).collect();
    edges.extend([(20, 0), (20, 9)]);
    assert_eq!(others(&places, &edges).0, [(20, 9)]);
}

#[test]
fn a_structure_of_several_places_is_as_regular_as_one_place() {
    // A list to which two functions have added, with every sixteenth node from the second one; and
    // old pointers to the nodes of the second one.
    let node = |at: u32| if at % 16 == 15 { 21 } else { 20 };
    let nodes = 16 * 16;
    let mut places: Vec<u32> = (0..nodes).map(node).collect();
    let mut edges: Vec<(u32, u32)> = (1..nodes).map(|at| (at - 1, at)).collect();
    let mut old = Vec::new();
    for of_second in (15..nodes).step_by(16) {
        for _ in 0..2 {
            old.push((u32::try_from(places.len()).unwrap(), of_second));
            places.push(3);
        }
    }
    edges.extend(&old);
    assert_eq!(others(&places, &edges).0, old);
}

#[test]
fn a_task_is_held_by_its_list() {
    // A list, two linked tasks, a task for which the second one only waits, and a timer.
    let places = [9, 8, 8, 8, 4];
    let edges = [(0, 1), (1, 2), (2, 1), (2, 3), (4, 2)];
    let (others, graph) = others(&places, &edges);
    assert_eq!(others, [(1, 2), (2, 1), (4, 2)]);
    assert_eq!(graph.linked().collect::<Vec<_>>(), [1, 2]);
    let mut left_out = Bits::none_of(graph.edge_count());
    (0..graph.edge_count()).for_each(|place| _ = left_out.add(place));
    assert_eq!(graph.targets(0, &left_out).collect::<Vec<_>>(), [1, 2]);
}
