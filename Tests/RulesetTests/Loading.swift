// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// Top-level rules of two categories, as every ruleset has them.
let templates = """
    <group name="syslog,">
    <rule id="1" level="0" noalert="1"><category>syslog</category>\
    <description>logs</description></rule>
    <rule id="4" level="0" noalert="1"><category>web-log</category>\
    <description>web</description></rule>
    </group>
    """

/// Loads texts as files `d1.xml`, `d2.xml`, … of decoders, and `r1.xml`, … of
/// rules.
///
/// The file `r0.xml` holds the templates.
func load(
    decoders: [String] = [],
    rules: [String] = [],
    lists: [String: String] = [:],
    settings: RulesetSettings = RulesetSettings()
) -> RulesetLoading {
    let files = RulesetFiles(
        decoders: numbered(decoders, "d", from: 1),
        rules: numbered([templates] + rules, "r", from: 0),
        lists: lists.map { RulesetFile(path: $0.key, bytes: Array($0.value.utf8)) }
    )
    return RulesetLoader.load(files, settings: settings)
}

private func numbered(_ texts: [String], _ kind: String, from first: Int) -> [RulesetFile] {
    texts.enumerated().map { index, text in
        RulesetFile(path: "\(kind)\(first + index).xml", bytes: Array(text.utf8))
    }
}

/// A rule in a group of its own; its options begin at column 47 of line 1 when
/// the id has three digits, the level one, and there is no more.
func rule(_ id: Int, _ options: String, level: Int = 3, more: String = "") -> String {
    """
    <group name="test,"><rule id="\(id)" level="\(level)" \(more)>\(options)\
    <description>rule \(id)</description></rule></group>
    """
}

extension RulesetLoading {
    /// `CODE LINE:COLUMN` of each diagnostic, warnings in parentheses.
    var faults: [String] {
        diagnostics.map { fault in
            let text = "\(fault.code) \(fault.line):\(fault.column)"
            return fault.severity == .error ? text : "(\(text))"
        }
    }
}

extension Ruleset {
    /// The rule tree, such as `1[100[101 102]] 4`.
    var outline: String { outline(of: roots.flatMap(\.self)) }

    private func outline(of nodes: [Int]) -> String {
        nodes.map { node in
            let id = String(rules[self.nodes[node].rule].id)
            let children = self.nodes[node].children
            return children.isEmpty ? id : id + "[" + outline(of: children) + "]"
        }
        .joined(separator: " ")
    }

    /// The children of a decoder, such as `a+ b`; `+` stands for "has next".
    func childOutline(of decoder: Int) -> String {
        decoders[decoder].children
            .map { "\($0.decoder)" + ($0.hasNext ? "+" : "") }
            .joined(separator: " ")
    }
}
