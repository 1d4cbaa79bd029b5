// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// Decoders that Sigma's log sources name.
let sigmaDecoders = """
    <decoder name="sshd"><program_name>^sshd</program_name></decoder>
    <decoder name="haproxy"><program_name>^haproxy</program_name></decoder>
    """

/// Loads texts as files `s1.yml`, `s2.yml`, … beside the templates and rules of
/// XML.
func load(sigma: [String], rules: String = "") -> RulesetLoading {
    let xml = [RulesetFile(path: "r0.xml", bytes: Array((templates + rules).utf8))]
    let yaml = sigma.enumerated().map { index, text in
        RulesetFile(path: "s\(index + 1).yml", bytes: Array(text.utf8))
    }
    let files = RulesetFiles(
        decoders: [RulesetFile(path: "d1.xml", bytes: Array(sigmaDecoders.utf8))],
        rules: xml + yaml,
        lists: []
    )
    return RulesetLoader.load(files, settings: RulesetSettings())
}

/// A rule with everything it needs; `more` stands at its end.
func sigmaRule(
    title: String = "A rule",
    id: String = "11111111-2222-4333-8444-555555555555",
    detection: String = "{s: {a: b}, condition: s}",
    more: String = ""
) -> String {
    """
    title: \(title)
    id: \(id)
    logsource: {product: linux}
    detection: \(detection)
    \(more)
    """
}

extension RulesetLoading {
    /// The rules behind those of XML.
    var sigmaRules: [Rule] {
        guard let ruleset else { return [] }
        return Array(ruleset.rules.suffix(counts.sigmaRules))
    }
}
