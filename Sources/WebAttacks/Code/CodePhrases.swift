// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Phrases of code that no other judge reads: calls that run programs in Python, Lua
/// and .NET, script behind the end of a text, and types that a reader of data makes.
enum CodePhrases {
    static func judge(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        switch form.tokens[at].byte {
        case UInt8(ascii: "s"): calls(form, at, &verdicts)
        case UInt8(ascii: "o"), UInt8(ascii: "k"): calls(form, at, &verdicts)
        case UInt8(ascii: "i"):
            calls(form, at, &verdicts)
            if form.isWord(at, "invokefunction") {
                verdicts.add(.code, 62, form.range(at, at), "a call that ThinkPHP makes")
            }
        case UInt8(ascii: "r"): returns(form, at, &verdicts)
        case UInt8(ascii: "t"): this(form, at, &verdicts)
        case UInt8(ascii: "f"): function(form, at, &verdicts)
        default: break
        }
    }

    /// `subprocess.run(…`, `os.execute("…`, `io.popen('…`, `System.Diagnostics.Process`.
    private static func calls(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        guard form.isMark(at + 1, "."), at + 2 < form.tokens.count,
            form.tokens[at + 1].gap == .none, form.tokens[at + 2].gap == .none
        else { return }
        let isNet = form.isWord(at, "system") && form.isWord(at + 2, "diagnostics") && form.has("(")
        let isCaller =
            form.isWord(at, "os") || form.isWord(at, "subprocess") || form.isWord(at, "io")
            || form.isWord(at, "kernel") || form.isWord(at, "open3")
        let isRun =
            form.isMark(at + 3, "(")
            && (form.isMark(at + 4, "'") || form.isMark(at + 4, "\"") || form.isMark(at + 4, "["))
        if isNet || isCaller && isRun && form.spacedWords < 6 {
            verdicts.add(.code, 62, form.range(at, at + 3), "a call that runs a program")
        }
    }

    /// `; return true;`, as a condition of a document database.
    private static func returns(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts)
    {
        guard form.isWord(at, "return"), form.isMark(at - 1, ";") else { return }
        let isValue =
            form.isWord(at + 1, "true") || form.isWord(at + 1, "1") || form.isWord(at + 1, "this")
            || form.isMark(at + 1, "!") || form.isMark(at + 1, "'")
        if isValue, form.spacedWords < 6 {
            verdicts.add(.code, 60, form.range(at - 1, at + 1), "script behind the end of a text")
        }
    }

    /// `' && this.password`.
    private static func this(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        guard form.isWord(at, "this"), form.isMark(at + 1, "."), form.tokens[at + 1].gap == .none,
            form.isMark(at - 1, "&") || form.isMark(at - 1, "|") || form.isMark(at - 1, "!"),
            form.has("'") || form.has("\"") || at == 2
        else { return }
        let range = Int(form.tokens[at - 1].start)..<Int(form.tokens[at + 1].end)
        verdicts.add(.documentQuery, 62, range, "a condition of script on a document's fields")
    }

    /// `function(){return true}`, as the whole value.
    private static func function(
        _ form: borrowing ValueForm,
        _ at: Int,
        _ verdicts: inout Verdicts
    ) {
        guard at == 0, form.isWord(0, "function"), form.isMark(1, "("), form.isMark(2, ")"),
            form.isMark(3, "{"), form.tokens[1].gap == .none
        else { return }
        verdicts.add(
            .documentQuery,
            56,
            0..<Int(form.tokens[3].end),
            "a function of script where a value should be"
        )
    }

    /// `"@type":"com.sun…"`, `!!python/object`, `redirect:%{…}`.
    static func marks(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        if form.isMark(1, ":"),
            form.isWord(0, "redirect") || form.isWord(0, "action")
                || form.isWord(0, "redirectaction"),
            form.isMark(2, "%") || form.isMark(2, "$"), form.isMark(3, "{")
        {
            verdicts.add(.code, 66, form.range(0, 3), "an expression of Struts")
        }
        if form.has("!"), let at = form.find("!!") {
            let isType =
                form.hasText(at: at, "!!python/") || form.hasText(at: at, "!!javax.")
                || form.hasText(at: at, "!!java.") || form.hasText(at: at, "!!ruby/")
                || form.hasText(at: at, "!!com.")
            if isType { verdicts.add(.code, 66, at..<at + 8, "a type that YAML makes") }
        }
        guard form.has("@"), let at = form.find("\"@type\"") else { return }
        let isType =
            form.hasNear("\"com.", from: at + 7, within: 4)
            || form.hasNear("\"java", from: at + 7, within: 4)
            || form.hasNear("\"org.", from: at + 7, within: 4)
        if isType { verdicts.add(.code, 66, at..<at + 7, "a type that JSON's reader makes") }
    }
}
