// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Crypto
import Glibc
import HTTPTypes
import HostFiles
import HummingbirdCore
import NIOCore

/// The dashboard's files, read into memory when the server begins: no path of
/// a client touches the file system.
struct StaticFiles: Sendable {
    private struct File: Sendable {
        let content: ByteBuffer
        let type: String
        /// In quotes.
        let tag: String
    }

    private static let types = [
        "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "mjs": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8",
        "svg": "image/svg+xml", "json": "application/json", "woff2": "font/woff2",
        "png": "image/png", "ico": "image/x-icon", "txt": "text/plain; charset=utf-8",
    ]
    /// Bytes of one file and of all, and how many folders deep.
    private static let fileLimit = 4 << 20
    private static let totalLimit = 16 << 20
    private static let depthLimit = 8

    private var files: [String: File] = [:]
    private var total = 0

    /// Reads all files of a folder and those below it, and Chart.js; it
    /// blocks.
    ///
    /// Hidden files, links to elsewhere and files of other types are left out.
    ///
    /// - Throws: ``WebServerError`` `dashboard`.
    init(dashboard: String?, chart: String?) throws {
        if let dashboard {
            try add(folder: dashboard, as: "", depth: 0)
            guard files["/index.html"] != nil else {
                throw WebServerError(
                    .dashboard,
                    "\(dashboard) has no index.html: name the dashboard's folder"
                )
            }
            files["/"] = files["/index.html"]
        }
        if let chart { try add(chart, as: "/vendor/chart.js") }
    }

    /// The answer to a path.
    ///
    /// - Throws: ``Problem`` `not-found`, `method-not-allowed`.
    func response(_ request: Request, _ path: Substring) throws(Problem) -> Response {
        guard let file = files[String(path)] else {
            throw .notFound("there is nothing at \(path.prefix(200))")
        }
        guard request.method == .get || request.method == .head else {
            var problem = Problem(.methodNotAllowed, "method-not-allowed", "not by this method")
            problem.allowed = [.get, .head]
            throw problem
        }
        // Asked again each time, answered without content while it is the same.
        let headers: HTTPFields = [.eTag: file.tag, .cacheControl: "no-cache"]
        let known = request.headers[values: .ifNoneMatch].flatMap { $0.split(separator: ",") }
        if known.contains(where: { $0.drop { $0 == " " } == file.tag }) {
            return Response(status: .notModified, headers: headers)
        }
        var response = Response(
            status: .ok,
            headers: headers,
            body: .init(byteBuffer: file.content)
        )
        response.headers[.contentType] = file.type
        return response
    }

    private mutating func add(folder: String, as prefix: String, depth: Int) throws {
        guard depth < Self.depthLimit, let stream = opendir(folder) else {
            throw WebServerError(
                .dashboard,
                "cannot read the folder \(folder): \(String(cString: strerror(errno)).lowercased())"
            )
        }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.first != "." { names.append(name) }
        }
        closedir(stream)
        for name in names.sorted() {
            var status = jaga_file_status()
            let path = folder + "/" + name
            guard jaga_link_status_at(path, &status) == 0 else { continue }
            if status.is_folder {
                try add(folder: path, as: prefix + "/" + name, depth: depth + 1)
            } else if status.is_regular_file {
                try add(path, as: prefix + "/" + name)
            }
        }
    }

    private mutating func add(_ path: String, as name: String) throws {
        let ending = name.split(separator: ".").last.map(String.init) ?? ""
        guard let type = Self.types[ending] else { return }
        let bytes = try WholeFile.bytes(of: path, limit: Self.fileLimit, failing: .dashboard)
        total += bytes.count
        guard total <= Self.totalLimit else {
            throw WebServerError(
                .dashboard,
                "the dashboard's files are more than \(Self.totalLimit) bytes"
            )
        }
        let digest = SHA256.hash(data: bytes).prefix(12)
        files[name] = File(
            content: ByteBuffer(bytes: bytes),
            type: type,
            tag: "\"\(Base64URL.encode([UInt8](digest)))\""
        )
    }
}

extension WholeFile {
    /// - Throws: ``WebServerError`` of the code, with the system's reason.
    static func bytes(
        of path: String,
        limit: Int,
        failing code: WebServerError.Code
    ) throws -> [UInt8] {
        do {
            return try read(path, limit: limit)
        } catch {
            throw WebServerError(code, error.message)
        }
    }
}
