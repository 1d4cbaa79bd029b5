// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Testing
import WebAttacks

@Suite("Explanations")
struct ExplanationTests {
    @Test("parts, rounds and tokens are told, and what was found")
    func explains() throws {
        let target = Array("/a?x=%253Cscript%253E&y=1".utf8)

        let explanation = WebAttackExplanation(target: target, userAgent: [], referrer: [])

        #expect(explanation.parts.map(\.place.name) == ["path", "x", "y"].map { Array($0.utf8) })
        let part = explanation.parts[1]
        #expect(part.rounds.map(\.text) == ["%3Cscript%3E", "<script>"].map { Array($0.utf8) })
        #expect(part.rounds[1].tokens == ["<", "script", ">"].map { Array($0.utf8) })
        #expect(part.attacks.first?.kind == .crossSiteScripting)
        #expect(explanation.parts[2].attacks == [])
        #expect(explanation.attacks.first?.kind == .crossSiteScripting)
    }
}
