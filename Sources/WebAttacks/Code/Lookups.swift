// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Lookups of Log4j: `${jndi:…}`, plain, or spelled by further lookups.
///
/// Source: the manual of Log4j 2, "Lookups".
enum Lookups {
    /// Looks at the brace behind a dollar.
    static func judge(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        let start = Int(form.tokens[at].start) - 1
        let range = start..<form.bytes.count
        let name = at + 1
        // `${jndi:ldap}`, of which one reads: no address follows.
        if form.isWord(name, "jndi"), form.isMark(name + 1, ":"), form.isMark(name + 3, "}") {
            return
        }
        if isJNDI(form, Int(form.tokens[at].end)) {
            verdicts.add(.log4Shell, 95, range, "a lookup of JNDI")
            return
        }
        guard name < form.tokens.count else { return }
        if form.tokens[name].kind == .word, form.roles(name).contains(.lookup),
            form.isMark(name + 1, ":")
        {
            verdicts.add(.log4Shell, 80, range, "a lookup of Log4j")
        } else if form.isMark(name, ":"), form.isMark(name + 1, ":") || form.isMark(name + 1, "-") {
            verdicts.add(.log4Shell, 85, range, "a lookup of Log4j that only hides a letter")
        } else if form.isMark(name, "$"), form.isMark(name + 1, "{"), form.has(":") {
            verdicts.add(.log4Shell, 75, range, "a lookup within a lookup")
        } else if hasNestedLookup(form, name) {
            verdicts.add(.log4Shell, 75, range, "a lookup within a lookup")
        }
    }

    private static func isJNDI(_ form: borrowing ValueForm, _ from: Int) -> Bool {
        form.hasText(at: from, "jndi:")
    }

    private static func hasNestedLookup(_ form: borrowing ValueForm, _ from: Int) -> Bool {
        guard form.has(":") else { return false }
        for at in from..<min(from + 8, form.tokens.count) {
            if form.isMark(at, "}") { return false }
            if form.isMark(at, "$"), form.isMark(at + 1, "{"),
                form.hasNear(":", from: Int(form.tokens[at].start))
            {
                return true
            }
        }
        return false
    }
}
