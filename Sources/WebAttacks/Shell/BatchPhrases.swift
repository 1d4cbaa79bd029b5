// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Loops, conditions and variables of Windows' command processor.
enum BatchPhrases {
    static func judge(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        if form.isWord(at, "for") { loop(form, at, &verdicts) }
        if form.isWord(at, "if") { condition(form, at, &verdicts) }
    }

    /// `for /l %i in (1,1,5) do x`.
    private static func loop(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        var variable: Int?
        for index in at + 1..<min(at + 40, form.tokens.count) {
            if form.isMark(index, "%") { variable = variable ?? index }
            if variable != nil, form.isWord(index, "in"), form.isMark(index + 1, "(") {
                verdicts.add(
                    .command,
                    75,
                    form.range(at, index + 1),
                    "a loop of Windows' command processor"
                )
                return
            }
        }
    }

    /// `if exist x`, `if not defined y`, `if %a%==b`, `if "%v%" equ 0`.
    private static func condition(
        _ form: borrowing ValueForm,
        _ at: Int,
        _ verdicts: inout Verdicts
    ) {
        var next = at + 1
        if form.isMark(next, "/") { next += 2 }
        if form.isWord(next, "not") { next += 1 }
        guard next < form.tokens.count else { return }
        if form.isWord(next, "exist") || form.isWord(next, "defined")
            || form.isWord(next, "errorlevel")
            || form.isWord(next, "cmdextversion")
        {
            verdicts.add(
                .command,
                72,
                form.range(at, next),
                "a condition of Windows' command processor"
            )
            return
        }
        guard form.isMark(next, "%") || form.isMark(next, "\"") else { return }
        for index in next + 1..<min(next + 10, form.tokens.count) {
            let isComparison =
                form.isMark(index, "=") && form.isMark(index + 1, "=") || form.isWord(index, "equ")
                || form.isWord(index, "neq") || form.isWord(index, "lss")
                || form.isWord(index, "leq")
                || form.isWord(index, "gtr") || form.isWord(index, "geq")
            if isComparison {
                verdicts.add(
                    .command,
                    72,
                    form.range(at, index),
                    "a condition of Windows' command processor"
                )
                return
            }
        }
    }
}
