// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// What file integrity monitoring (FIM) says of a file or registry entry.
///
/// `{"type":"event","data":{"path","mode","type":"added|modified|deleted","attributes",
/// "old_attributes","changed_attributes","content_changes","tags","audit"}}`
///
/// The alert has it as its object `syscheck`; rules also see the names of Wazuh's
/// user manual ("Mapping FIM fields to Wazuh alerts").
///
/// Source: analysis-engine.md §D.4; around-the-engine.md §5.13.
enum FileIntegrityDecoder {
    static func decode(_ text: Span<UInt8>, at time: Timestamp) -> ModuleOutcome {
        guard let message = ModuleJSON(text), let type = message["type"]?.text else {
            return .malformed
        }
        guard type.elementsEqual("event".utf8) else { return .silent }
        guard let data = message["data"], let path = data["path"]?.text,
            let change = data["type"]?.text.flatMap(Change.init)
        else { return .malformed }
        let subject = FileChange(data: data, path: path, change: change, time: time)
        var report = ModuleReport(subject.decoder)
        report.log = subject.log
        report.hiddenFields = subject.ruleFields
        report.syscheck = subject.json
        return .report(report)
    }

    /// What happened to it.
    enum Change: String {
        case added, modified, deleted

        init?(_ text: [UInt8]) { self.init(rawValue: String(decoding: text, as: UTF8.self)) }
    }
}
