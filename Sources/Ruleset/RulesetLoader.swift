// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Reads, resolves, checks and compiles the files of a ruleset.
///
/// A mistake does not end it: all mistakes of all files are reported together.
package struct RulesetLoader {
    private var context: LoadingContext
    private var decoders = DecoderTree()
    private var isChecking = false

    /// Loads files in the order given; see ``RulesetFiles/sorted()``.
    ///
    /// - Complexity: linear in the files, but for `if_group` and `if_level`, which
    ///   look at each rule before them.
    package static func load(
        _ files: RulesetFiles,
        settings: RulesetSettings
    ) -> RulesetLoading {
        var loader = RulesetLoader(context: LoadingContext(settings: settings))
        return loader.load(files)
    }

    /// As ``load(_:settings:)``, and looks for what loads and yet cannot work; see
    /// ``RulesetAudit``.
    package static func check(
        _ files: RulesetFiles,
        settings: RulesetSettings
    ) -> RulesetLoading {
        var loader = RulesetLoader(context: LoadingContext(settings: settings))
        loader.isChecking = true
        return loader.load(files)
    }

    private mutating func load(_ files: RulesetFiles) -> RulesetLoading {
        for file in files.decoders + files.lists + files.rules { context.log.open(file.path) }
        for file in files.decoders { loadDecoders(file) }
        decoders.finish(&context.log)
        var table = RuleTable(decoders: decoders, lists: ListRegistry(files.lists))
        for file in files.rules where !SigmaLoader.takes(file) { loadRules(file, into: &table) }
        let sigma = SigmaLoader.load(
            files.rules.filter(SigmaLoader.takes),
            behind: table.rules,
            decoders: decoders.names,
            &context
        )

        table.reportCircles(&context.log)
        if isChecking {
            let ruleset = compiled(table, sigma)
            context.log.add(
                context.log.errorCount == 0
                    ? RulesetAudit.findings(in: ruleset)
                    : RulesetAudit.patternFindings(in: ruleset)
            )
        }
        var counts = table.counts
        counts.decoders = decoders.decoders.count
        counts.sigmaRules = sigma.rules.count
        counts.skippedRules += sigma.skippedRules
        return RulesetLoading(
            ruleset: context.log.errorCount == 0 ? compiled(table, sigma) : nil,
            diagnostics: context.log.sorted(),
            counts: counts
        )
    }

    // MARK: - Decoders

    private mutating func loadDecoders(_ file: RulesetFile) {
        let mayBeEmpty = file.baseName == "local_decoder.xml"
        if file.bytes.isEmpty {
            if mayBeEmpty { return }
            reportFile(file, .emptyFile, "the file is empty")
            return
        }
        let source = SourceFile(file, &context.log)
        if source.isIncomplete { decoders.isIncomplete = true }
        if source.roots.isEmpty, !source.isIncomplete, !mayBeEmpty {
            reportFile(file, .noElements, "the file has no decoder")
        }
        for root in source.roots {
            guard root.word == "decoder" else {
                reportUnknown(root, "a decoder file holds only <decoder>")
                continue
            }
            guard let draft = DecoderReader.read(root, &context) else { continue }
            decoders.insert(draft, &context.log)
        }
    }

    // MARK: - Rules

    private mutating func loadRules(_ file: RulesetFile, into table: inout RuleTable) {
        if file.bytes.isEmpty { return }
        let source = SourceFile(file, &context.log)
        if source.isIncomplete { table.isIncomplete = true }
        if source.roots.isEmpty, !source.isIncomplete {
            reportFile(file, .noElements, "the file has no group")
        }
        for root in source.roots {
            guard root.word == "group" else {
                reportUnknown(root, "a rule file holds only <group>")
                continue
            }
            loadGroup(root, into: &table)
        }
    }

    private mutating func loadGroup(_ group: SourceElement, into table: inout RuleTable) {
        let name = readGroupName(group)
        if group.children.isEmpty {
            context.log.error(
                .emptyElement,
                at: group.location,
                "group \"\(name)\" has no rules",
                hint: "take it out"
            )
        }
        for child in group.children {
            guard child.word == "rule" else {
                reportUnknown(child, "a group holds only <rule>")
                continue
            }
            if let draft = RuleReader.read(child, groupName: name, &context) {
                table.insert(draft, &context)
            }
        }
    }

    private mutating func readGroupName(_ group: SourceElement) -> String {
        for attribute in group.attributes where attribute.word != "name" {
            context.log.error(
                .unknownAttribute,
                at: attribute.location,
                "a group has no attribute \"\(attribute.name)\"",
                hint: "it has name"
            )
        }
        if let name = group.attribute(anyCase: "name") { return name.string }
        context.log.error(.missingAttribute, at: group.location, "a group without name")
        return ""
    }

    // MARK: - Result

    private func compiled(_ table: RuleTable, _ sigma: SigmaLoader.Loaded) -> Ruleset {
        Ruleset(
            decoders: decoders.decoders,
            programDecoders: decoders.programDecoders,
            plainDecoders: decoders.plainDecoders,
            decoderNames: decoders.names.names,
            rules: sigma.rules.isEmpty ? table.rules : table.rules + sigma.rules,
            nodes: table.tree.nodes,
            roots: table.rootsByCategory,
            fieldNames: context.fieldNames,
            lists: table.lists.lists,
            sidListCount: table.correlationLists.sidCount,
            groupListCount: table.correlationLists.groupCount,
            sigma: sigma.sigma
        )
    }

    private mutating func reportFile(
        _ file: RulesetFile,
        _ fault: RulesetFault,
        _ message: String
    ) {
        let location = SourceLocation(file: file.path, line: 0, column: 0)
        context.log.error(fault, at: location, message, hint: "take it out, or fill it")
    }

    private mutating func reportUnknown(_ element: SourceElement, _ message: String) {
        context.log.error(
            .unknownElement,
            at: element.location,
            "unknown element \"\(element.name)\"",
            hint: message
        )
    }
}
