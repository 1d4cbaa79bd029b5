// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a decoder's options demand of each other.
///
/// Source: analysis-engine.md §4.1, "Consistency rules".
extension DecoderDraft {
    /// Reports every rule that the draft breaks by itself.
    func checkConsistency(_ log: inout DiagnosticLog) {
        checkGate(&log)
        checkExtraction(&log)
        checkOffsets(&log)
    }

    private func checkGate(_ log: inout DiagnosticLog) {
        guard parent == nil, prematch == nil, programName == nil else { return }
        log.error(
            .missingOption,
            at: location,
            "decoder \"\(name)\" can never be chosen",
            hint: "give it prematch or program_name, or a parent"
        )
    }

    private func checkExtraction(_ log: inout DiagnosticLog) {
        if plugin != nil, regex != nil || order != nil {
            log.error(
                .conflictingOptions,
                at: location,
                "decoder \"\(name)\" has plugin_decoder together with regex or order",
                hint: "use two decoders of the same name"
            )
        } else if regex != nil, order == nil {
            log.error(
                .missingOption,
                at: regex?.location ?? location,
                "the regex of decoder \"\(name)\" has no order",
                hint: "name its captures, such as <order>srcip, url</order>"
            )
        } else if order != nil, regex == nil {
            log.error(
                .missingOption,
                at: location,
                "decoder \"\(name)\" has order but no regex"
            )
        }
        if firstTimeSeen != nil, regex == nil {
            log.error(.missingOption, at: location, "decoder \"\(name)\" has fts but no regex")
        }
    }

    private func checkOffsets(_ log: inout DiagnosticLog) {
        for offset in [prematchOffset, regexOffset, pluginOffset].compactMap(\.self) {
            switch offset.value {
            case .afterParent where parent == nil:
                report(offset, "after_parent needs a parent", &log)
            case .afterRegex where parent == nil:
                report(offset, "after_regex needs a parent", &log)
            case .afterPrematch where parent != nil && prematch == nil:
                report(offset, "after_prematch needs a prematch of its own", &log)
            default: continue
            }
        }
    }

    private func report(_ offset: Offset, _ need: String, _ log: inout DiagnosticLog) {
        log.error(.badOffset, at: offset.location, "decoder \"\(name)\": offset \(need)")
    }
}
