// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// A change of a file or registry entry, and the three forms it takes.
struct FileChange {
    let data: ModuleJSON
    let path: [UInt8]
    let change: FileIntegrityDecoder.Change
    let time: Timestamp

    /// An attribute: its member in the report, its name in the alert and for rules,
    /// and the words of the log.
    private struct Attribute {
        let member: String
        let name: String
        let words: String
        var isTime = false
    }

    /// In the order of the alert.
    private static let attributes: [Attribute] = [
        Attribute(member: "size", name: "size", words: "Size"),
        Attribute(member: "perm", name: "perm", words: "Permissions"),
        Attribute(member: "uid", name: "uid", words: "Ownership"),
        Attribute(member: "gid", name: "gid", words: "Group ownership"),
        Attribute(member: "hash_md5", name: "md5", words: "md5sum"),
        Attribute(member: "hash_sha1", name: "sha1", words: "sha1sum"),
        Attribute(member: "hash_sha256", name: "sha256", words: "sha256sum"),
        Attribute(member: "attributes", name: "attrs", words: "attributes"),
        Attribute(member: "user_name", name: "uname", words: "User name"),
        Attribute(member: "group_name", name: "gname", words: "Group name"),
        Attribute(member: "mtime", name: "mtime", words: "modification time", isTime: true),
        Attribute(member: "inode", name: "inode", words: "inode"),
    ]

    private var current: ModuleJSON? { data["attributes"] }
    private var old: ModuleJSON? { data["old_attributes"] }
    private var entryType: [UInt8] { current?["type"]?.text ?? data["type"]?.text ?? [] }

    /// The built-in decoder, by what changed and how.
    var decoder: BuiltInDecoder {
        if entryType.elementsEqual("registry_key".utf8) {
            switch change {
            case .added: return .registryKeyAdded
            case .modified: return .registryKeyModified
            case .deleted: return .registryKeyDeleted
            }
        }
        if entryType.elementsEqual("registry_value".utf8) {
            switch change {
            case .added: return .registryValueAdded
            case .modified: return .registryValueModified
            case .deleted: return .registryValueDeleted
            }
        }
        switch change {
        case .added: return .fileAdded
        case .modified: return .fileModified
        case .deleted: return .fileDeleted
        }
    }

    /// An attribute's value, in the form that alerts have; nil when it has none.
    private func value(_ attribute: Attribute, _ object: ModuleJSON?) -> [UInt8]? {
        if attribute.name == "perm", let list = object?["perm"], !list.members.isEmpty {
            return Self.windowsPermissions(list)
        }
        guard let text = object?[attribute.member]?.shownText else { return nil }
        guard attribute.isTime else { return text }
        guard let seconds = Int64(String(decoding: text, as: UTF8.self)), seconds > 0,
            seconds < 1 << 33
        else { return nil }
        var shown: [UInt8] = []
        Timestamp(nanoseconds: seconds * 1_000_000_000, utcOffsetSeconds: time.utcOffsetSeconds)
            .appendSecond(to: &shown)
        return shown
    }

    /// `name (allowed): read|write`, a comma between.
    private static func windowsPermissions(_ list: ModuleJSON) -> [UInt8] {
        let entries = list.members.map { member -> [UInt8] in
            var entry = member.value["name"]?.text ?? member.key
            for word in ["allowed", "denied"] {
                guard let rights = member.value[word]?.texts, !rights.isEmpty else { continue }
                entry += Array(" (\(word)): ".utf8)
                entry += rights.joined(separator: [UInt8(ascii: "|")])
            }
            return entry
        }
        return Array(entries.joined(separator: Array(", ".utf8)))
    }

    private var changedNames: [[UInt8]] {
        (data["changed_attributes"]?.texts ?? []).map { name in
            let known: [String: String] = [
                "hash_md5": "md5", "hash_sha1": "sha1", "hash_sha256": "sha256",
                "user_name": "uname", "group_name": "gname", "permission": "permission",
            ]
            let word = String(decoding: name, as: UTF8.self)
            return Array((known[word] ?? word).utf8)
        }
    }

    private var tags: [[UInt8]] {
        (data["tags"]?.text ?? []).split(separator: UInt8(ascii: ",")).map(Array.init)
    }

    // MARK: Log

    /// Lines that say what happened: `File '/etc/x' modified` and what follows.
    var log: [UInt8] {
        let isRegistry = entryType.starts(with: "registry".utf8)
        var log = Array((isRegistry ? "Registry " : "File ").utf8)
        log += Array("'".utf8) + path + Array("' \(change.rawValue)\n".utf8)
        if let mode = data["mode"]?.text { log += Array("Mode: ".utf8) + mode + Array("\n".utf8) }
        guard change == .modified else { return log }
        let changed = changedNames
        if !changed.isEmpty {
            log += Array("Changed attributes: ".utf8)
            log += changed.joined(separator: Array(",".utf8))
            log += Array("\n".utf8)
        }
        for attribute in Self.attributes {
            guard let before = value(attribute, old), let now = value(attribute, current),
                before != now
            else { continue }
            log += Self.line(attribute, before, now)
        }
        return log
    }

    private static func line(_ attribute: Attribute, _ old: [UInt8], _ new: [UInt8]) -> [UInt8] {
        let words = attribute.words
        if words.hasSuffix("sum") {
            return Array("Old \(words) was: '".utf8) + old + Array("'\nNew \(words) is : '".utf8)
                + new + Array("'\n".utf8)
        }
        if attribute.isTime || attribute.name == "inode" {
            return Array("Old \(words) was: '".utf8) + old + Array("', now it is '".utf8) + new
                + Array("'\n".utf8)
        }
        let verb = attribute.name == "attrs" ? "Old attributes were: '" : "\(words) changed from '"
        let between = attribute.name == "attrs" ? "'\nNow they are '" : "' to '"
        return Array(verb.utf8) + old + Array(between.utf8) + new + Array("'\n".utf8)
    }

    // MARK: Fields

    /// The names by which rules ask for the event.
    var ruleFields: [ModuleReport.Field] {
        var fields: [ModuleReport.Field] = [("file", path)]
        func add(_ name: String, _ value: [UInt8]?) {
            if let value, !value.isEmpty { fields.append((name, value)) }
        }
        add("mode", data["mode"]?.text)
        add("entry_type", entryType)
        add("arch", data["arch"]?.text)
        add("value_name", data["value_name"]?.text)
        add("value_type", current?["value_type"]?.text)
        add("hard_links", data["hard_links"]?.text)
        add("symbolic_path", current?["symlink_path"]?.text)
        for attribute in Self.attributes {
            add(attribute.name, value(attribute, current))
            // The manual names it so; alerts have `attrs_after`.
            if attribute.name == "attrs" { add("attributes", value(attribute, current)) }
        }
        add("changed_content", data["content_changes"]?.text)
        add("changed_fields", Array(changedNames.joined(separator: Array(",".utf8))))
        add("tag", data["tags"]?.text)
        for member in data["audit"]?.members ?? [] {
            add(String(decoding: member.key, as: UTF8.self), member.value.text)
        }
        return fields
    }

    /// The alert's object `syscheck`.
    var json: [UInt8] {
        var object = FileChangeWriter()
        object.add("path", path)
        object.add("hard_links", data["hard_links"]?.shownText)
        object.add("mode", data["mode"]?.shownText)
        object.add("symbolic_path", current?["symlink_path"]?.shownText)
        object.add("arch", data["arch"]?.shownText)
        object.add("value_name", data["value_name"]?.shownText)
        object.add("value_type", current?["value_type"]?.shownText)
        for attribute in Self.attributes {
            let now = value(attribute, current)
            let isWindows = attribute.name == "perm" && !(current?["perm"]?.members ?? []).isEmpty
            let name = isWindows ? "win_perm" : attribute.name
            let isNumber = attribute.name == "inode"
            if let before = value(attribute, old), before != now {
                object.add("\(name)_before", before, isNumber: isNumber)
            }
            object.add("\(name)_after", now, isNumber: isNumber)
        }
        object.add("diff", data["content_changes"]?.shownText)
        object.add("tags", list: tags)
        object.add("changed_attributes", list: changedNames)
        object.add("event", Array(change.rawValue.utf8))
        object.addAudit(data["audit"])
        return object.finished
    }
}
