// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension LexiconWords {
    static var code: [(Roles, String)] {
        [
            (
                .phpFunction,
                """
                phpinfo phpversion passthru shell_exec proc_open popen pcntl_exec call_user_func \
                call_user_func_array create_function array_map array_filter array_walk array_diff_ukey \
                base64_decode base64_encode str_rot13 gzinflate gzuncompress gzdecode bzdecompress \
                zlib_decode file_get_contents file_put_contents move_uploaded_file fopen fwrite fputs fread \
                fgets readfile highlight_file show_source var_dump print_r var_export preg_replace \
                preg_replace_callback fsockopen pfsockopen ldap_get_entries tidy_parse_string include_once \
                require_once register_shutdown_function register_tick_function set_error_handler unserialize \
                curl_exec curl_init curl_multi_exec parse_ini_file get_defined_vars get_defined_functions \
                get_defined_constants getenv putenv get_cfg_var ini_get ini_set apache_setenv symlink \
                php_uname php_sapi_name phpcredits posix_getpwuid posix_mkfifo proc_close proc_nice \
                proc_terminate error_log assert_options ob_start extract parse_str iterator_apply usort \
                uasort uksort array_reduce array_udiff array_intersect_ukey dl mb_ereg_replace ereg_replace \
                simplexml_load_file simplexml_load_string stream_socket_client opendir readdir scandir glob chgrp unlink \
                hex2bin convert_uuencode get_current_user getmyuid getcwd sys_get_temp_dir is_callable \
                func_get_args function_exists class_exists method_exists pcntl_fork pcntl_alarm \
                escapeshellcmd escapeshellarg mysql_query mysqli_query sqlite_query pg_query odbc_exec
                """
            ),
            (
                .phpPlainFunction,
                """
                system exec eval assert include require print echo die exit chr ord strrev implode join \
                define mail header readfile shell var_dump highlight_string md5 sha1 settype intval sprintf \
                printf constant ini_get exif_imagetype usleep
                """
            ),
            (
                .phpWrapper,
                "php phar expect zlib glob ogg ssh2 rar zip compress data"
            ),
            (
                .phpVariable,
                """
                _get _post _request _server _cookie _files _session _env globals http_raw_post_data \
                http_get_vars http_post_vars http_server_vars http_env_vars http_cookie_vars argc argv
                """
            ),
            (
                .phpSetting,
                """
                allow_url_include allow_url_fopen auto_prepend_file auto_append_file disable_functions \
                open_basedir php_value php_admin_value safe_mode suhosin display_errors html_errors \
                enable_dl register_globals session.auto_start mbstring magic_quotes_gpc
                """
            ),
            (.javaPackage, "java javax jakarta sun com org"),
            (
                .javaClass,
                """
                runtime processbuilder getruntime getclass forname classloader scriptenginemanager \
                invokertransformer instantiatefactory instantiatetransformer clonetransformer \
                prototypeclonefactory prototypeserializationfactory whileclosure forclosure ognl \
                _memberaccess xwork opensymphony ognlcontext memberaccess getenginebyname processimpl \
                unmarshaller base64data filewriter printwriter servletcontext httpservletresponse \
                inputstream bufferedreader inputstreamreader springframework fileinputstream \
                classpathxmlapplicationcontext allowstaticmethodaccess newinstance getmethod getdeclaredmethod
                """
            ),
            (
                .templateWord,
                """
                config self request namespace cycler lipsum dump getclass class constructor forname exec \
                eval system popen file import include freemarker runtime process require settings print puts \
                if for set app application session env range attr joiner g url_for get_flashed_messages \
                _self php smarty assign include literal block macro extends pipe readlines mro execute range \
                module template dump debug filter sort map reduce passthru sleep printf param param0 \
                applicationscope requestscope sessionscope
                """
            ),
            (
                .dunder,
                """
                __class__ __globals__ __builtins__ __subclasses__ __mro__ __init__ __import__ __base__ \
                __bases__ __proto__ __getattribute__ __getattr__ __dict__ __getitem__ __code__ __file__ \
                __call__ __tostring __destruct __wakeup __construct __get __set
                """
            ),
            (
                .nodeWord,
                """
                require child_process mainmodule constructor global process _$$nd_func$$_ spawnsync execsync \
                spawn binding console readfilesync writefilesync __proto__ prototype __definegetter__ \
                __definesetter__ __lookupgetter__ __lookupsetter__ readdirsync execfile execfilesync
                """
            ),
            (
                .lookup,
                """
                jndi lower upper env sys java ctx main bundle docker k8s sd web date log4j map base64 event \
                marker spring kubernetes url dns script const xml
                """
            ),
            (
                .documentOperator,
                """
                ne gt gte lt lte eq in nin or and not nor regex where exists elemmatch func expr function \
                type mod text size all options jsonschema comment accumulator lookup
                """
            ),
            (
                .directoryAttribute,
                """
                uid cn sn mail objectclass userpassword password givenname ou dc memberof samaccountname \
                objectcategory userprincipalname telephonenumber description commonname surname dn member name \
                user
                """
            ),
            (
                .xpathAxis,
                """
                ancestor attribute child descendant following namespace parent preceding self \
                ancestor-or-self descendant-or-self node position last string-length local-name name \
                contains
                """
            ),
        ]
    }
}
