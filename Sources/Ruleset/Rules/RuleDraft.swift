// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns

/// A `<rule>` as written: read, but not yet put among the others.
struct RuleDraft {
    let attributes: RuleAttributes
    /// The `name` of the group around it.
    let groupName: String
    let location: SourceLocation
    /// See ``Rule/fingerprint``.
    var fingerprint: UInt64 = 0

    /// Options whose texts join.
    var texts: [RuleOption.TextOption: OptionText] = [:]
    var fields: [FieldOption] = []
    var addresses: [StaticField: AddressOption] = [:]
    var lists: [SourceElement] = []
    /// Keywords of `<options>` in the order written.
    var keywords: [OptionKeyword] = []
    var mitre = MitreOption()
    var info = ""
    var description: [UInt8] = []
    var groups: [UInt8] = []

    var same: [Correlation.Subject] = []
    var different: [Correlation.Subject] = []
    var sameFields: [FieldName] = []
    var differentFields: [FieldName] = []
    var countsAllAgents = false
    var needsFirstTime = false
    var needsChangedOutput = false
    /// The first option that only a correlation can have.
    var correlationOnly: SourceLocation?

    /// `<field name="…">`.
    struct FieldOption {
        let name: FieldName
        let text: OptionText
    }

    /// `<srcip>` or `<dstip>`.
    struct AddressOption {
        var entries: [OptionText]
    }

    /// Whether it has an `if_matched_*`.
    var isCorrelation: Bool {
        texts[.ifMatchedSid] != nil || texts[.ifMatchedGroup] != nil
            || texts[.ifMatchedRegex] != nil
    }

    /// The group text: the group's name and all `<group>` options.
    var groupText: String { groupName + String(decoding: groups, as: UTF8.self) }
}
