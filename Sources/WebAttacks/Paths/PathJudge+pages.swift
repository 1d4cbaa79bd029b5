// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Paths of pages, sources and people, which lead nowhere they should not.
extension PathJudge {
    /// `/./././…`, `......…`: a way that leads nowhere, up to where it is cut off.
    static func stay(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        var dots = 0
        var steps = 0
        for at in form.tokens.indices {
            let token = form.tokens[at]
            guard token.kind == .mark, token.gap == .none || at == 0 else { break }
            if token.byte == UInt8(ascii: ".") {
                dots += 1
            } else if isSlash(token.byte) {
                steps += 1
            } else {
                break
            }
        }
        if dots >= 16 && steps >= 16 || dots >= 100 {
            verdicts.add(
                .localFile,
                58,
                form.range(0, dots + steps - 1),
                "a path that stays where it is, over and over"
            )
        }
    }

    /// `../images/logo.png`, `../ meaning in linux`: how pages and sources name what lies
    /// beside them, and talk.
    static func isOfPage(_ form: borrowing ValueForm) -> Bool {
        let last = form.tokens.count - 1
        if form.proseStart <= last, form.tokens[form.proseStart].kind == .word { return true }
        // `../src/utils/helper`
        if form.isMark(0, "."), form.isMark(1, "."), form.isMark(2, "/"), last > 6,
            form.tokens[3...].allSatisfy({ $0.kind == .word || $0.byte == 0x2F }),
            form.roles.isDisjoint(with: [.systemFile, .systemFolder])
        {
            return true
        }
        guard last > 2, form.isMark(last - 1, "."), !form.hasNul else { return false }
        let isPicture =
            form.isWord(last, "png") || form.isWord(last, "jpg") || form.isWord(last, "jpeg")
            || form.isWord(last, "gif") || form.isWord(last, "svg") || form.isWord(last, "webp")
            || form.isWord(last, "ico") || form.isWord(last, "css") || form.isWord(last, "woff2")
        let isPage =
            form.isWord(last, "js") || form.isWord(last, "ts") || form.isWord(last, "html")
            || form.isWord(last, "md") || form.isWord(last, "pdf")
        let hasFolder = form.tokens.dropLast(2).contains { token in
            token.kind == .word && isAssetFolder(form, Int(token.start), token.count)
        }
        return isPicture || isPage && (hasFolder || form.isWord(last - 2, "index"))
    }

    private static func isAssetFolder(_ form: borrowing ValueForm, _ start: Int, _ count: Int)
        -> Bool
    {
        switch count {
        case 2: form.hasText(at: start, "js")
        case 3: form.hasText(at: start, "css") || form.hasText(at: start, "img")
        case 4: form.hasText(at: start, "docs")
        case 5: form.hasText(at: start, "media") || form.hasText(at: start, "pages")
        case 6:
            form.hasText(at: start, "assets") || form.hasText(at: start, "images")
                || form.hasText(at: start, "static")
        case 10: form.hasText(at: start, "components")
        default: false
        }
    }

    /// `C:\Users\Ann\Documents\x.docx`: somebody's own file.
    static func isOwn(_ form: borrowing ValueForm) -> Bool {
        guard form.isMark(2, "\\"), !form.hasNul else { return false }
        if form.isWord(3, "program"), !form.has("."), form.tokens.count > 6 { return true }
        guard form.isWord(3, "users"), form.isMark(4, "\\") else { return false }
        return form.isWord(7, "documents") || form.isWord(7, "downloads")
            || form.isWord(7, "desktop") || form.isWord(7, "pictures")
    }

    static func isSharedName(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        form.isWord(at, "share") || form.isWord(at, "local") || form.isWord(at, "lib")
            || form.isWord(at, "include") || form.isWord(at, "bin")
    }

    /// `cat /etc/passwd explained`: a word behind the path that is none.
    static func isSpokenOf(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        var end = at
        while end + 1 < form.tokens.count, form.tokens[end + 1].gap == .none { end += 1 }
        return form.isFollowedByProse(end)
    }
}
