// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The tree that rules form, while it grows.
///
/// Source: analysis-engine.md §5.5.
struct RuleTree {
    private(set) var nodes: [RuleNode] = []
    /// Nodes without a parent, in evaluation order.
    private(set) var roots: [Int] = []
    /// By rule: its nodes, in the order in which they were made.
    private var nodesOfRule: [[Int]] = []
    /// By rule; siblings with greater ones come first.
    private var sortKeys: [Int] = []
    /// By node: how many are above it.
    private var depths: [Int] = []

    /// How many nodes there may be.
    ///
    /// The stock ruleset has 8,448. Without a limit some twenty rules with
    /// `if_level` fill the memory, since each may double the tree.
    static let nodeLimit = 131_072
    /// How many nodes may be above one; matching goes down the tree by recursion.
    static let depthLimit = 128

    /// Whether a rule fits under these nodes; nil stands for the top.
    func hasRoom(under parents: [Int?]) -> Bool {
        guard parents.count <= Self.nodeLimit - nodes.count else { return false }
        return parents.allSatisfy { parent in
            parent.map { depths[$0] < Self.depthLimit } ?? true
        }
    }

    /// Makes room for the next rule, which has no node yet.
    mutating func addRule(sortKey: Int) {
        nodesOfRule.append([])
        sortKeys.append(sortKey)
    }

    /// Changes how later rules sort against this one; it stays where it is.
    mutating func changeSortKey(of rule: Int, to sortKey: Int) {
        sortKeys[rule] = sortKey
    }

    /// Adds a node of a rule: behind all siblings whose key is not smaller.
    mutating func insert(rule: Int, under parent: Int?) {
        let node = nodes.count
        nodes.append(RuleNode(rule: rule, children: [], parent: parent))
        nodesOfRule[rule].append(node)
        depths.append(parent.map { depths[$0] + 1 } ?? 0)
        if let parent {
            let position = position(for: rule, among: nodes[parent].children)
            nodes[parent].children.insert(node, at: position)
        } else {
            roots.insert(node, at: position(for: rule, among: roots))
        }
    }

    private func position(for rule: Int, among siblings: [Int]) -> Int {
        let key = sortKeys[rule]
        return siblings.firstIndex { sortKeys[nodes[$0].rule] < key } ?? siblings.count
    }

    /// How many nodes a rule has.
    func nodeCount(of rule: Int) -> Int { nodesOfRule[rule].count }

    /// The first top-level node whose rule is right.
    func firstRoot(where isRight: (_ rule: Int) -> Bool) -> Int? {
        roots.first { isRight(nodes[$0].rule) }
    }

    /// All nodes whose rule is right.
    func nodes(where isRight: (_ rule: Int) -> Bool) -> [Int] {
        nodes.indices.filter { isRight(nodes[$0].rule) }
    }

    /// All nodes whose rule sorts at a key or before it.
    func nodes(withSortKeyFrom key: Int) -> [Int] {
        nodes { sortKeys[$0] >= key }
    }

    /// The nodes of a rule that `if_sid` finds.
    ///
    /// It walks a list of siblings, and where it meets the rule it leaves the
    /// list; other nodes it descends into. So a node is found unless a node of the
    /// same rule stands before it, or before one of its ancestors, in their list.
    /// - Complexity: O(1) for a rule with one node.
    func nodesFound(byIfSid rule: Int) -> [Int] {
        let all = nodesOfRule[rule]
        guard all.count > 1 else { return all }
        // Of equal siblings the one made first stands first.
        var firstInList: [Int?: Int] = [:]
        for node in all where firstInList[nodes[node].parent] == nil {
            firstInList[nodes[node].parent] = node
        }
        return all.filter { !isHidden($0, behind: firstInList) }
    }

    private func isHidden(_ node: Int, behind firstInList: [Int?: Int]) -> Bool {
        if firstInList[nodes[node].parent] != node { return true }
        var current = nodes[node].parent
        while let place = current {
            current = nodes[place].parent
            guard let namesake = firstInList[current] else { continue }
            let siblings = current.map { nodes[$0].children } ?? roots
            let first = siblings.first { $0 == place || $0 == namesake }
            if first == namesake { return true }
        }
        return false
    }
}
