// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import Analysis
import CMaxMindDB

/// A database of the places of addresses, in MaxMind's format (`.mmdb`), such as
/// GeoLite2-City or DB-IP City.
///
/// Source: MaxMind DB file format, version 2.0; libmaxminddb 1.7.
package final class GeoDatabase: Sendable {
    // Safe: written by init alone, and libmaxminddb promises that look-ups in one
    // open database may run on several threads.
    nonisolated(unsafe) let handle: UnsafeMutablePointer<MMDB_s>

    /// Opens a file, which stays mapped: replace it by renaming, never in place.
    ///
    /// - Throws: ``DaemonError`` `unreadable-file`.
    package init(path: String) throws {
        let opened = UnsafeMutablePointer<MMDB_s>.allocate(capacity: 1)
        opened.initialize(to: MMDB_s())
        let status = MMDB_open(path, UInt32(MMDB_MODE_MMAP), opened)
        guard status == MMDB_SUCCESS else {
            opened.deallocate()
            throw DaemonError(
                .unreadableFile,
                "cannot use \(path) as a database of places: "
                    + "\(String(cString: MMDB_strerror(status))); "
                    + "name a .mmdb file with cities or countries in <geoip_db_path>"
            )
        }
        handle = opened
    }

    deinit {
        MMDB_close(handle)
        handle.deallocate()
    }

    /// The look-up that an engine is made with; it keeps the database open.
    package var places: AddressPlaces {
        AddressPlaces { self.place(of: $0) }
    }

    /// `CC / Region`, or `CC` where no region is known; nil for an address without
    /// a country and for what is no address.
    ///
    /// The name of the region is the English one of the first subdivision.
    package func place(of address: [UInt8]) -> [UInt8]? {
        guard var entry = entry(of: String(decoding: address, as: UTF8.self)) else { return nil }
        guard var place = text(&entry, "country", "iso_code") else { return nil }
        if let region = text(&entry, "subdivisions", "0", "names", "en"), !region.isEmpty {
            place += Array(" / ".utf8) + region
        }
        return place
    }

    /// What the database has of an address; nil for nothing.
    func entry(of address: String) -> MMDB_entry_s? {
        var addressError: Int32 = 0
        var databaseError: Int32 = 0
        let result = address.withCString {
            MMDB_lookup_string(handle, $0, &addressError, &databaseError)
        }
        guard addressError == 0, databaseError == MMDB_SUCCESS, result.found_entry else {
            return nil
        }
        return result.entry
    }

    /// A text of an entry; nil when there is none.
    func text(
        _ entry: inout MMDB_entry_s,
        _ first: String,
        _ second: String,
        _ third: String? = nil,
        _ fourth: String? = nil
    ) -> [UInt8]? {
        var value = MMDB_entry_data_s()
        guard jaga_mmdb_value(&entry, &value, first, second, third, fourth) == MMDB_SUCCESS,
            value.has_data, value.type == UInt32(MMDB_DATA_TYPE_UTF8_STRING),
            let start = value.utf8_string
        else { return nil }
        let count = min(Int(value.data_size), Self.textLimit)
        return start.withMemoryRebound(to: UInt8.self, capacity: count) {
            Array(UnsafeBufferPointer(start: $0, count: count))
        }
    }

    /// Longer names are cut.
    private static let textLimit = 200
}
