// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import OSXML

/// A file of decoders or rules, parsed.
struct SourceFile {
    /// None when there is a mistake in the XML.
    let roots: [SourceElement]
    /// Whether there is a mistake in the XML; it is reported.
    let isIncomplete: Bool

    init(_ file: RulesetFile, _ log: inout DiagnosticLog) {
        do {
            let document = try OSXMLDocument.parse(file.bytes, variables: true)
            roots = document.roots.map { SourceElement($0, file: file.path) }
            isIncomplete = false
        } catch {
            log.error(
                .malformedXML,
                at: SourceLocation(error.position, in: file.path),
                error.message,
                hint: error.hint
            )
            roots = []
            isIncomplete = true
        }
    }
}
