// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The folder of alerts, and what lies where in it.
///
/// ```
/// alerts.json                             the current file: a second name
///                                         (hard link) of the newest dated file
/// alerts.json.new                         for a moment, while rotating
/// .lock                                   held by the process that writes
/// 2026/Nov/ossec-alerts-23.json           a day's first file
/// 2026/Nov/ossec-alerts-23-001.json       its next part, after 256 MB
/// 2026/Nov/ossec-alerts-22.json.gz        rotated, compressed
/// 2026/Nov/ossec-alerts-22.json.gz.tmp    being compressed; of no worth
/// torn-1769940000-4711.part               bytes cut off alerts.json at offset
///                                         4711, found at that second
/// ```
///
/// A file is lines, each one JSON object, each ended by one line feed. Life of
/// a file: made empty as `alerts.json.new`, linked to its dated name, renamed to
/// `alerts.json` (now current); appended to until the local day or the size asks
/// for the next one, whose rename takes the name `alerts.json` away; later
/// compressed; at last removed. So whoever follows `alerts.json` by inode, as
/// log shippers do, sees a new inode at each rotation, and every line once.
///
/// The dated file that is neither `alerts.json.new` nor `alerts.json` is
/// rotated. To be sure of that while another thread rotates, ask for the two
/// *after* listing, in this order: see ``currentIdentities()``.
///
/// Of another ``RecordKind`` the names differ, and nothing else.
struct AlertFolder: Sendable {
    let path: String
    let kind: RecordKind

    init(path: String, kind: RecordKind) {
        self.path = path
        self.kind = kind
    }

    var current: String { path + "/" + kind.currentName }
    var pending: String { current + ".new" }
    var lock: String { path + "/.lock" }

    func path(of file: DatedFile) -> String { path + "/" + file.relativePath }

    /// Where bytes that were cut off are laid.
    func tornPart(foundAt seconds: Int64, offset: Int) -> String {
        path + "/\(Self.tornPrefix)\(seconds)-\(offset)\(Self.tornSuffix)"
    }

    /// All dated files, oldest first; foreign names are passed over.
    ///
    /// Cost: a read of each month's folder.
    func datedFiles() throws(AlertStoreError) -> [DatedFile] {
        var files: [DatedFile] = []
        for month in try months() {
            for name in try Folder.names(in: "\(path)/\(month.year)/\(month.name)") {
                if let file = DatedFile(
                    year: month.year,
                    month: month.name,
                    name: name,
                    kind: kind
                ) {
                    files.append(file)
                }
            }
        }
        return files.sorted()
    }

    /// Paths of the folders that dated files lie in.
    func monthFolders() throws(AlertStoreError) -> [String] {
        try months().map { "\(path)/\($0.year)/\($0.name)" }
    }

    /// Names of the files of bytes that were cut off.
    func tornParts() throws(AlertStoreError) -> [String] {
        try Folder.names(in: path)
            .filter { $0.hasPrefix(Self.tornPrefix) && $0.hasSuffix(Self.tornSuffix) }
            .map { path + "/" + $0 }
    }

    /// The files that may still be written to.
    ///
    /// The pending one is asked for first: a file that stops being pending
    /// between the two questions has become the current one.
    func currentIdentities() throws(AlertStoreError) -> Set<FileStatus.Identity> {
        let pending = try FileStatus.of(path: pending)
        let current = try FileStatus.of(path: current)
        return Set([pending, current].compactMap { $0?.identity })
    }

    private func months() throws(AlertStoreError) -> [(year: String, name: String)] {
        var months: [(year: String, name: String)] = []
        for year in try Folder.names(in: path) where DatedFile.isYear(year) {
            for name in try Folder.names(in: path + "/" + year) where DatedFile.isMonth(name) {
                months.append((year, name))
            }
        }
        return months
    }

    private static let tornPrefix = "torn-"
    private static let tornSuffix = ".part"
}
