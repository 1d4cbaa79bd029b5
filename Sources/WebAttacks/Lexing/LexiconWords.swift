// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The words of the lexicon, by what they are.
///
/// Names of languages' keywords, functions, elements, commands and folders, as
/// their manuals list them; none is taken from an attack.
enum LexiconWords {
    static var byRole: [(Roles, String)] {
        databases + markup + shells + code + places + others
    }

    private static var databases: [(Roles, String)] {
        [
            (
                .sqlFunction,
                """
                sleep benchmark pg_sleep extractvalue updatexml load_file concat concat_ws group_concat char \
                chr nchar ascii ord hex unhex substr substring mid left right length char_length bit_length \
                octet_length ifnull isnull nullif coalesce if iif cast convert strcmp strcomp make_set elt \
                field find_in_set database schema user version current_user session_user system_user count \
                sum min max avg floor ceil ceiling round rand random exp pow power sqrt cos sin tan abs mod \
                md5 sha1 sha sha2 crc32 lower upper lcase ucase trim ltrim rtrim reverse replace repeat \
                space row row_count xmltype to_char to_number to_date nvl decode encode instr locate position \
                connection_id last_insert_id coercibility charset collation json_extract json_keys json_value \
                json_object json_array gtid_subset gtid_subtract name_const polygon multipoint linestring \
                multilinestring multipolygon geometrycollection sqlite_version randomblob zeroblob typeof \
                likelihood printf glob db_name user_name host_name object_id object_name is_srvrolemember \
                has_dbaccess suser_name suser_sname openrowset opendatasource openquery difference soundex \
                current_setting lo_get lo_import pg_read_file pg_ls_dir query_to_xml database_to_xml \
                string_agg array_agg array_to_string generate_series starts_with dblink_connect aes_decrypt \
                aes_encrypt des_encrypt uncompress compress uuid curdate curtime now sysdate getdate \
                current_date current_time current_timestamp localtime localtimestamp utc_date pi any_value \
                quote regexp_substring regexp_like regexp_replace timestampadd timestampdiff datediff \
                overlay jsonb_pretty current_database inet_server_addr inet_client_addr row_to_json total \
                bin oct conv inet_aton inet_ntoa strftime julianday unixepoch zeroblob total_changes json_each \
                json_tree json_table json_query geomfromtext astext to_base64 from_base64 weight_string \
                export_set to_timestamp date_trunc date_part serverproperty patindex charindex replicate \
                quotename isnumeric sysdatetime getutcdate suser_id user_id col_name listagg wm_concat rawtohex \
                utl_raw xmlagg xmlelement dbms_random quote_literal quote_ident regexp_matches \
                string_to_array unnest has_table_privilege inet_client_port version_compile_os char_length \
                time default fn_virtualfilestats waitfor get_lock release_lock is_free_lock master_pos_wait
                """
            ),
            (
                .sqlDangerous,
                """
                sleep benchmark pg_sleep extractvalue updatexml load_file xp_cmdshell xp_dirtree xp_regread \
                xp_fileexist sp_executesql sp_password sp_oacreate sp_makewebtask openrowset opendatasource \
                randomblob gtid_subset gtid_subtract group_concat utl_http utl_inaddr dbms_pipe dbms_lock \
                dbms_xmlgen dbms_ldap dbms_xmlquery dbms_output ctxsys drithsx xmltype make_set lo_import \
                lo_get pg_read_file query_to_xml name_const db_name is_srvrolemember has_dbaccess user_name \
                current_setting sqlite_version fn_virtualfilestats heavy_query nvarchar jsonb_pretty \
                sp_addextendedproc sp_replwritetovarbin regexp_substring dblink_connect cmdshell
                """
            ),
            (
                .sqlCatalog,
                """
                information_schema sysobjects syscolumns sysdatabases sysusers sys master msysobjects \
                msysaccessobjects pg_catalog pg_shadow pg_user pg_tables pg_database pg_class pg_roles \
                sqlite_master sqlite_schema sqlite_temp_master all_tables all_tab_columns all_users \
                user_tables user_tab_columns user_objects user_users dba_users dba_tables dual sysibm \
                syscat sysdummy1 sysmaster syspaghdr systables sysprocesses syslogins v_session innodb_table_stats \
                rdb$database performance_schema mysql domain schemata
                """
            ),
            (
                .sqlType,
                """
                int integer int4 int8 bigint smallint tinyint varchar nvarchar char nchar text ntext json \
                jsonb bool boolean numeric decimal float real double date datetime timestamp signed unsigned \
                regclass xml blob varbinary money uuid name oid bit cursor table
                """
            ),
            (
                .sqlObject,
                """
                table database schema view index procedure function trigger user role login column tables \
                databases sequence tablespace synonym package profile
                """
            ),
        ]
    }

    private static var markup: [(Roles, String)] {
        [
            (
                .tagDangerous,
                """
                script iframe frame frameset object embed applet svg math base meta link style form isindex \
                xml layer ilayer bgsound foreignobject animate animatetransform animatemotion set handler \
                listener xss portal plaintext xmp noscript template input button textarea select keygen body \
                html head img image video audio source track marquee details dialog slot import stylesheet \
                feimage use discard vmlframe implementation noembed noframes event-source
                """
            ),
            (
                .tagPlain,
                """
                a abbr acronym address area article aside b bdi bdo big blink blockquote br canvas caption \
                center cite code col colgroup command content custom data datalist dd del dfn dir div dl dt \
                element em fieldset figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i ins \
                kbd label legend li listing main map mark menu menuitem meter multicol nav nextid nobr ol \
                optgroup option output p param picture pre progress q rb rp rt rtc ruby s samp search section \
                shadow small spacer span strike strong sub summary sup table tbody td tfoot th thead time \
                title tr tt u ul var wbr circle ellipse line path polygon polyline rect text tspan g defs \
                mtext mglyph mi mo mn ms maction annotation desc filter stop animatecolor view x
                """
            ),
            (
                .attribute,
                """
                href src srcdoc srcset action formaction data background poster lowsrc dynsrc xlink style \
                classid codebase codetype behavior from to values longdesc ping manifest profile cite usemap \
                content code archive allowscriptaccess datasrc datafld dataformatas charset http-equiv
                """
            ),
            (
                .scriptSink,
                """
                alert confirm prompt eval settimeout setinterval setimmediate execscript msgbox write writeln \
                fromcharcode createelement appendchild innerhtml outerhtml insertadjacenthtml getelementbyid \
                importscripts atob btoa fetch xmlhttprequest fromcodepoint decodeuri decodeuricomponent \
                unescape trigger navigate open print find some createpopup getattribute
                """
            ),
            (
                .scriptObject,
                """
                document window self top parent frames this location globalthis navigator history \
                localstorage sessionstorage console reflect string array object function regexp math date \
                process global root constructor
                """
            ),
            (
                .scriptMember,
                """
                cookie location domain write writeln body createelement appendchild getelementbyid alert \
                name vulnerable constructor open href hash innerhtml outerhtml forms documentelement \
                defaultview eval execcommand referrer url fromcharcode apply call bind prototype source
                """
            ),
        ]
    }

    private static var shells: [(Roles, String)] {
        [
            (
                .command,
                """
                whoami ifconfig ipconfig uname netstat nslookup wget curl bash zsh ksh csh tcsh dash ash \
                powershell pwsh cmd certutil printenv systeminfo tasklist taskkill netsh wmic rundll32 regsvr32 mshta \
                bitsadmin cscript wscript chmod chown chgrp passwd useradd adduser usermod groupadd crontab \
                iptables lsof sudo nc ncat netcat socat telnet tcpdump nmap busybox strace ltrace \
                gcc lastlog htop sysinfo hostname traceroute tracert pathping ipconfig pkill killall \
                python2 python3 rmdir mkdir xargs nohup base64 xxd hexdump curlie aria2c rsync scp sftp tftp \
                lwp-download lwp-request lynx w3m gawk mawk awk sed perl python ruby php node lua tclsh expect mysqldump \
                mysql psql sqlite3 sqlplus apt-get apk yum dnf dpkg rpm snap pip npm gem cpan kubectl docker \
                podman ssh-keygen openssl gdb vim vi nano ed emacs ex iconv uuencode uudecode chroot unshare \
                nsenter setsid cpulimit taskset stdbuf ionice flock pidstat vmstat iostat dmesg journalctl \
                systemctl service initctl insmod modprobe ansible chef cscli pipx sh nid vncviewer \
                reboot poweroff mkfifo xterm stty hostnamectl timedatectl loginctl getent nproc lscpu lsblk \
                lspci lsusb pgrep pstree visudo chattr lsattr getcap setcap sha256sum md5sum sha1sum pkexec \
                crond mksh bsdtar tshark rbash schtasks forfiles vssadmin wevtutil bcdedit icacls takeown cacls \
                diskpart fsutil gpresult nbtstat getmac qwinsta quser msiexec odbcconf installutil msbuild cmstp \
                pcalua esentutl robocopy cmdkey nltest dsquery \
                7za 7zr aptitude arj axel bzcat bzgrep bzless clang cpan csplit dhclient dmidecode dosbox \
                easy_install exiftool facter fgrep ftpwho gcore genisoimage ghci gtester gzcat hping3 htdigest \
                htpasswd iftop irb jrunscript jjs jq killall lastcomm ldconfig lftp logsave lua5 lualatex \
                luatex lzcat lzma lzop mailq mlocate mosquitto mtr mysqladmin nasm nawk neofetch netplan nroff \
                openvpn openvt opkg pacman pax pdflatex pdftex pico pigz prename psed psftp ptx pxz rcp realpath \
                rlogin rlwrap rview rvim sash scrot sdiff setarch setfacl slsh smbclient soelim ssh-agent svn \
                sysctl tailf tasksh tcping tcptraceroute tmate traceroute6 troff uncompress unexpand unlzma \
                unpigz unrar unxz unzstd userdel valgrind vigr vimdiff vipw virsh whiptail wireshark xelatex \
                xetex xmodmap yash zathura zsoelim zstd zypper rustup pdksh zcat zgrep zless xzcat xzgrep
                """
            ),
            (
                .commandWord,
                """
                id ls cat dir echo ping ping6 ps pwd env set type sleep usleep timeout rm cp mv ln touch head tail more \
                less find grep egrep fgrep sort uniq wc cut tr tee nl tac od rev tar zip unzip gzip gunzip \
                kill date time who w last which whereis locate test true false printf read eval exec source \
                export alias unalias trap at batch watch split join paste diff patch make cc c89 c99 man info \
                ftp ssh ll net reg copy del erase move ren xcopy attrib start call ver vol md rd cls color \
                pushd popd title tree fc findstr driverquery whois dig host arp route ip ss mount umount df \
                du free top uptime users groups su login exit perf pip3 go java ar as dd cpio rmt \
                script screen tmux bzip2 xz 7z look strings file stat readlink basename dirname seq yes factor shuf fold \
                fmt pr comm cmp column expand base32 install logger wall write mesg mail sendmail mutt iex \
                iwr irm gci gc history expr
                """
            ),
            (
                .wrapper,
                """
                time nohup strace ltrace sudo timeout busybox xargs nice ionice env exec command setsid watch \
                stdbuf taskset cpulimit unshare flock doas chroot script
                """
            ),
            (
                .windowsCommand,
                """
                dir type copy del net netsh cmd start call set echo reg ipconfig ping systeminfo tasklist \
                wmic powershell tree ver findstr
                """
            ),
            (
                .topic,
                """
                explained meaning means example examples tutorial vs versus syntax command commands joke \
                origin usage manual documentation docs error errors explanation difference options flags \
                cheatsheet guide question problem issue linux windows ubuntu macos debian
                """
            ),
            (
                .article,
                """
                the a an of to is are was be been with that this it its you your he she they we i my his her \
                their our in on at by for from as and or but not if so no will would can could should may do \
                does did has have had what who which when where how why there
                """
            ),
        ]
    }
}
