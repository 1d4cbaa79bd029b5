// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns

/// Finds rules that no event can reach.
///
/// A rule is reported when all its places in the tree are dead; rules below it are
/// counted, not listed.
struct ReachabilityAudit {
    /// Why a place in the tree is dead.
    private struct Obstacle {
        let fault: RulesetFault
        let reason: String
        let hint: String
        /// Whether the reason lies in a rule above.
        let isInherited: Bool
    }

    private let ruleset: Ruleset
    private let sets: [ConditionSet]
    /// By rule: the first obstacle met; only for rules without a living place.
    private var obstacles: [Int: Obstacle] = [:]
    private var living: Set<Int> = []
    /// By rule: how many rules lie below its dead places.
    private var below: [Int: Set<Int>] = [:]

    /// What holds on the way down to a node.
    private struct Path {
        let category: EventCategory
        /// The decoder that a rule on the way wants, and that rule.
        var decoder: (name: Int, rule: Int)?
        /// The highest dead rule on the way.
        var dead: Int?
    }

    init(_ ruleset: Ruleset) {
        self.ruleset = ruleset
        sets = ruleset.rules.map(ConditionSet.init)
    }

    /// Reports each dead rule that has no dead rule above it.
    mutating func report(_ log: inout DiagnosticLog) {
        for (index, roots) in ruleset.roots.enumerated() {
            guard let category = EventCategory(rawValue: UInt8(index)) else { continue }
            visit(roots, Path(category: category))
        }
        for (rule, obstacle) in obstacles.sorted(by: { $0.key < $1.key })
        where !living.contains(rule) && !obstacle.isInherited {
            let count = (below[rule] ?? []).subtracting(living).count
            let below = count == 1 ? "rule" : "\(count) rules"
            let more = count == 0 ? "" : ", nor the \(below) below it"
            log.warning(
                obstacle.fault,
                at: ruleset.rules[rule].location,
                "no event reaches rule \(ruleset.rules[rule].id)\(more): \(obstacle.reason)",
                hint: obstacle.hint
            )
        }
    }

    // MARK: The tree

    /// Looks at siblings in their order; the tree is at most 128 deep.
    private mutating func visit(_ siblings: [Int], _ path: Path) {
        var takers: [Set<ConditionKey>: Int] = [:]
        for node in siblings {
            let rule = ruleset.nodes[node].rule
            var next = path
            let obstacle = path.dead == nil ? obstacle(of: rule, path, takers) : nil
            if let dead = path.dead {
                below[dead, default: []].insert(rule)
                note(rule, Obstacle(fault: .unreachable, reason: "", hint: "", isInherited: true))
            } else if let obstacle {
                note(rule, obstacle)
                next.dead = rule
            } else {
                living.insert(rule)
                if sets[rule].isWhole, !ruleset.rules[rule].isSilent {
                    takers[sets[rule].keys] = takers[sets[rule].keys] ?? rule
                }
            }
            if next.decoder == nil, let name = decoderName(of: rule) { next.decoder = (name, rule) }
            visit(ruleset.nodes[node].children, next)
        }
    }

    private mutating func note(_ rule: Int, _ obstacle: Obstacle) {
        if let known = obstacles[rule], !known.isInherited { return }
        obstacles[rule] = obstacle
    }

    private func decoderName(of rule: Int) -> Int? {
        for case .decodedAs(let name) in ruleset.rules[rule].conditions { return name }
        return nil
    }

    // MARK: Obstacles

    private func obstacle(
        of rule: Int,
        _ path: Path,
        _ takers: [Set<ConditionKey>: Int]
    ) -> Obstacle? {
        if let reason = impossibility(of: ruleset.rules[rule]) {
            return Obstacle(
                fault: .neverMatches,
                reason: reason,
                hint: "see docs/COMPATIBILITY.md for what the engines mean by it",
                isInherited: false
            )
        }
        if let obstacle = decoderObstacle(rule, path) { return obstacle }
        guard let taker = sets[rule].subsets.compactMap({ takers[$0] }).min() else { return nil }
        return Obstacle(
            fault: .unreachable,
            reason: "rule \(ruleset.rules[taker].id), which is tried before it, takes its events",
            hint: "siblings are tried from level 0 and then from the highest level down; "
                + "put it below rule \(ruleset.rules[taker].id) with if_sid",
            isInherited: false
        )
    }

    private func impossibility(of rule: Rule) -> String? {
        if rule.level == 0, rule.correlation != nil {
            return "a rule of level 0 that counts events never holds"
        }
        for condition in rule.conditions {
            switch condition {
            case .text(let field, let pattern, false) where PatternAudit.isVoid(pattern):
                let source = String(decoding: pattern.source, as: UTF8.self)
                return "the \(pattern.kind.rawValue) \"\(source)\" for \(field.title(in: ruleset)) "
                    + "matches only an empty text"
            case .minimumSize(let count) where count > 65_535:
                return "maxsize asks for a log of \(count) bytes"
            case .weekday(let days) where days.isEmpty: return "its weekday names no day"
            default: continue
            }
        }
        return nil
    }

    private func decoderObstacle(_ rule: Int, _ path: Path) -> Obstacle? {
        guard let name = decoderName(of: rule), name < ruleset.decoderNames.count else {
            return nil
        }
        let title = ruleset.decoderNames[name]
        if let above = path.decoder, above.name != name {
            let wanted = ruleset.decoderNames[above.name]
            let id = ruleset.rules[above.rule].id
            return unreachable(
                "it wants the decoder \(title), and rule \(id) above it the decoder \(wanted)",
                hint: "an event has one decoder: take one decoded_as out"
            )
        }
        if DecoderNames.builtIn.contains(title) { return nil }
        let named = ruleset.decoders.filter { $0.nameID == name }
        guard let first = named.first else {
            return unreachable(
                "no event has the decoder \(title): a child goes by its parent's name",
                hint: "name the parent in decoded_as, or add use_own_name to the decoder"
            )
        }
        if named.contains(where: { changesCategory($0) || $0.category == path.category }) {
            return nil
        }
        return unreachable(
            "events of the decoder \(title) are of the category \(first.category.name), "
                + "and the rule is among those of \(path.category.name)",
            hint: "add <category>\(first.category.name)</category>, or an if_sid of that category"
        )
    }

    private func changesCategory(_ decoder: LogDecoder) -> Bool {
        guard case .plugin(let plugin, _) = decoder.extraction else { return false }
        return plugin == .sonicWall || plugin == .ossecAlert
    }

    private func unreachable(_ reason: String, hint: String) -> Obstacle {
        Obstacle(fault: .unreachable, reason: reason, hint: hint, isInherited: false)
    }
}

extension FieldReference {
    /// The option that looks at the field.
    func title(in ruleset: Ruleset) -> String {
        switch self {
        case .log: "match or regex"
        case .programName: "program_name"
        case .hostname: "hostname"
        case .location: "location"
        case .user, .listUser: "user"
        case .sourcePlace: "srcgeoip"
        case .destinationPlace: "dstgeoip"
        case .fixed(let field): field.name
        case .dynamic(let name): "field \(ruleset.fieldNames.names[Int(name.index)])"
        }
    }
}
