;; A contract that does what it is told, so that a test can show every answer, failure and abuse of a contract.
;;
;; instantiate, execute, migrate and sudo look at the first byte of the message:
;;   {  the message itself is the answer of the entry point
;;   [  what stands between the brackets becomes the answer of the next replies
;;   1  loop for ever                        2  call itself for ever
;;   3  ask for memory until none is left    4  trap
;;   5  write a key, then answer             6  walk over all keys, twice, then answer
;;   7  write a key, then loop for ever      8  open iterators for ever
;;   9  keep the environment under "k"
;; reply stores the reply under "last_reply" and gives the answer that was set, or an empty one.
;; query looks at the first byte as well:
;;   {  ask the chain this and hand on its answer        1  loop for ever
;;   2  answer with data                                 3  answer without data
;;   4  fail with an own error                           5  try to write
(module
  (import "env" "db_read" (func $db_read (param i32) (result i32)))
  (import "env" "db_write" (func $db_write (param i32 i32)))
  (import "env" "db_scan" (func $db_scan (param i32 i32 i32) (result i32)))
  (import "env" "db_next" (func $db_next (param i32) (result i32)))
  (import "env" "query_chain" (func $query_chain (param i32) (result i32)))
  (memory (export "memory") 2)
  (global $free (mut i32) (i32.const 65536))

  ;; Regions are offset, capacity, length; static ones first, their texts behind them.
  (data (i32.const 16) "\00\01\00\00\08\00\00\00\08\00\00\00")    ;; key "on_reply" at 256
  (data (i32.const 32) "\10\01\00\00\0a\00\00\00\0a\00\00\00")    ;; key "last_reply" at 272
  (data (i32.const 48) "\20\01\00\00\0b\00\00\00\0b\00\00\00")    ;; empty answer at 288
  (data (i32.const 64) "\40\01\00\00\0d\00\00\00\0d\00\00\00")    ;; query answer at 320
  (data (i32.const 80) "\60\01\00\00\10\00\00\00\10\00\00\00")    ;; query error at 352
  (data (i32.const 96) "\80\01\00\00\02\00\00\00\02\00\00\00")    ;; query without data at 384
  (data (i32.const 112) "\90\01\00\00\12\00\00\00\12\00\00\00")   ;; system error at 400
  (data (i32.const 128) "\b0\01\00\00\01\00\00\00\01\00\00\00")   ;; key "k" at 432
  (data (i32.const 256) "on_reply")
  (data (i32.const 272) "last_reply")
  (data (i32.const 288) "{\"ok\":{}}  ")
  (data (i32.const 320) "{\"ok\":\"MTIz\"}")
  (data (i32.const 352) "{\"error\":\"nope\"}")
  (data (i32.const 384) "{}")
  (data (i32.const 400) "{\"error\":\"system\"}")
  (data (i32.const 432) "k")

  (func (export "interface_version_8"))
  (func (export "requires_iterator"))

  (func $allocate (export "allocate") (param $size i32) (result i32)
    (local $region i32)
    (local.set $region (global.get $free))
    (i32.store (local.get $region) (i32.add (local.get $region) (i32.const 16)))
    (i32.store offset=4 (local.get $region) (local.get $size))
    (i32.store offset=8 (local.get $region) (i32.const 0))
    (global.set $free
      (i32.and (i32.add (i32.add (local.get $region) (local.get $size)) (i32.const 31)) (i32.const -16)))
    (if (i32.gt_u (global.get $free) (i32.mul (memory.size) (i32.const 65536)))
      (then (drop (memory.grow
        (i32.add (i32.div_u (local.get $size) (i32.const 65536)) (i32.const 2))))))
    (local.get $region))
  (func (export "deallocate") (param i32))

  (func $first (param $region i32) (result i32)
    (i32.load8_u (i32.load (local.get $region))))

  ;; Drops `front` bytes at the beginning and one at the end.
  (func $strip (param $region i32) (param $front i32) (result i32)
    (i32.store (local.get $region) (i32.add (i32.load (local.get $region)) (local.get $front)))
    (i32.store offset=8 (local.get $region)
      (i32.sub (i32.load offset=8 (local.get $region)) (i32.add (local.get $front) (i32.const 1))))
    (i32.store offset=4 (local.get $region) (i32.load offset=8 (local.get $region)))
    (local.get $region))

  (func $loop_for_ever (loop $again (br $again)))
  (func $recurse (param $depth i32) (result i32)
    (i32.add (call $recurse (i32.add (local.get $depth) (i32.const 1))) (i32.const 1)))
  (func $grow (loop $again
    (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable)
  (func $walk (local $iterator i32) (local $entry i32)
    (local.set $iterator (call $db_scan (i32.const 0) (i32.const 0) (i32.const 1)))
    (loop $again
      (local.set $entry (call $db_next (local.get $iterator)))
      ;; The length of the key stands in the last four bytes; 0 is the end.
      (br_if $again (i32.load8_u (i32.sub
        (i32.add (i32.load (local.get $entry)) (i32.load offset=8 (local.get $entry)))
        (i32.const 1))))))
  (func $open_iterators (loop $again
    (drop (call $db_scan (i32.const 0) (i32.const 0) (i32.const 1))) (br $again)))

  (func $act (param $env i32) (param $msg i32) (result i32)
    (local $first i32)
    (local.set $first (call $first (local.get $msg)))
    (if (i32.eq (local.get $first) (i32.const 0x7b)) (then (return (local.get $msg))))
    (if (i32.eq (local.get $first) (i32.const 0x5b))
      (then (call $db_write (i32.const 16) (call $strip (local.get $msg) (i32.const 1)))))
    (if (i32.eq (local.get $first) (i32.const 0x31)) (then (call $loop_for_ever)))
    (if (i32.eq (local.get $first) (i32.const 0x32)) (then (drop (call $recurse (i32.const 0)))))
    (if (i32.eq (local.get $first) (i32.const 0x33)) (then (call $grow)))
    (if (i32.eq (local.get $first) (i32.const 0x34)) (then unreachable))
    (if (i32.eq (local.get $first) (i32.const 0x35))
      (then (call $db_write (i32.const 128) (i32.const 48))))
    (if (i32.eq (local.get $first) (i32.const 0x36)) (then (call $walk) (call $walk)))
    (if (i32.eq (local.get $first) (i32.const 0x37))
      (then (call $db_write (i32.const 128) (i32.const 48)) (call $loop_for_ever)))
    (if (i32.eq (local.get $first) (i32.const 0x38)) (then (call $open_iterators)))
    (if (i32.eq (local.get $first) (i32.const 0x39))
      (then (call $db_write (i32.const 128) (local.get $env))))
    (i32.const 48))

  (func (export "instantiate") (param $env i32) (param $info i32) (param $msg i32) (result i32)
    (call $act (local.get $env) (local.get $msg)))
  (func (export "execute") (param $env i32) (param $info i32) (param $msg i32) (result i32)
    (call $act (local.get $env) (local.get $msg)))
  (func (export "migrate") (param $env i32) (param $msg i32) (result i32)
    (call $act (local.get $env) (local.get $msg)))
  (func (export "sudo") (param $env i32) (param $msg i32) (result i32)
    (call $act (local.get $env) (local.get $msg)))

  (func (export "reply") (param $env i32) (param $reply i32) (result i32)
    (local $answer i32)
    (call $db_write (i32.const 32) (local.get $reply))
    (local.set $answer (call $db_read (i32.const 16)))
    (if (local.get $answer) (then (return (local.get $answer))))
    (i32.const 48))

  (func (export "query") (param $env i32) (param $msg i32) (result i32)
    (local $first i32) (local $answer i32)
    (local.set $first (call $first (local.get $msg)))
    (if (i32.eq (local.get $first) (i32.const 0x31)) (then (call $loop_for_ever)))
    (if (i32.eq (local.get $first) (i32.const 0x32)) (then (return (i32.const 64))))
    (if (i32.eq (local.get $first) (i32.const 0x33)) (then (return (i32.const 96))))
    (if (i32.eq (local.get $first) (i32.const 0x34)) (then (return (i32.const 80))))
    (if (i32.eq (local.get $first) (i32.const 0x35))
      (then (call $db_write (i32.const 128) (i32.const 48))))
    (local.set $answer (call $query_chain (local.get $msg)))
    ;; {"ok":INNER} becomes INNER; the third byte of a system error is not an o.
    (if (i32.ne (i32.load8_u offset=2 (i32.load (local.get $answer))) (i32.const 0x6f))
      (then (return (i32.const 112))))
    (call $strip (local.get $answer) (i32.const 6))))
