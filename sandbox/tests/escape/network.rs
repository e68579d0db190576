//! The network, and other ways to talk to other processes.

use crate::attempt::{Attempt, DEADLY, MISSING, REFUSED, attempt};
use crate::calls::attempt as call;
use std::ffi::c_int;
use std::io;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixStream};

pub const TABLE: &[Attempt] = &[
    attempt("connect by TCP", REFUSED, |_| {
        TcpStream::connect("127.0.0.1:80").map(drop)
    }),
    attempt("listen by TCP", REFUSED, |_| {
        TcpListener::bind("127.0.0.1:0").map(drop)
    }),
    attempt("connect by TCP over IPv6", REFUSED, |_| {
        TcpStream::connect("[::1]:80").map(drop)
    }),
    attempt("send by UDP", REFUSED, |_| {
        UdpSocket::bind("0.0.0.0:0").map(drop)
    }),
    attempt("connect by a socket in the file system", REFUSED, |_| {
        UnixStream::connect("/run/dbus/system_bus_socket").map(drop)
    }),
    attempt("have a socket without a name", REFUSED, |_| {
        UnixDatagram::unbound().map(drop)
    }),
    attempt("have a pair of sockets", REFUSED, |_| {
        UnixStream::pair().map(drop)
    }),
    attempt("talk to the kernel by netlink", REFUSED, |_| {
        socket(libc::AF_NETLINK, libc::SOCK_RAW)
    }),
    attempt("send raw packets", REFUSED, |_| {
        socket(libc::AF_INET, libc::SOCK_RAW)
    }),
    attempt("listen to the wire", REFUSED, |_| {
        socket(libc::AF_PACKET, libc::SOCK_RAW)
    }),
    attempt("talk to the host of a virtual machine", REFUSED, |_| {
        socket(libc::AF_VSOCK, libc::SOCK_STREAM)
    }),
    attempt("use the kernel's ciphers", REFUSED, |_| {
        socket(libc::AF_ALG, libc::SOCK_SEQPACKET)
    }),
    attempt("connect what is no socket", REFUSED, |_| {
        call(libc::SYS_connect, &[1, 0, 0])
    }),
    attempt("send on what is no socket", MISSING, |_| {
        call(libc::SYS_sendto, &[1, 0, 0, 0, 0, 0])
    }),
    attempt("let the kernel do input and output", DEADLY, |_| {
        call(libc::SYS_io_uring_setup, &[1, 0])
    }),
    attempt("share memory by System V", REFUSED, |_| {
        call(libc::SYS_shmget, &[0, 4096, 0o1600])
    }),
    attempt("open a message queue", REFUSED, |_| {
        call(libc::SYS_mq_open, &[0, 0, 0, 0])
    }),
    attempt("have a System V queue", MISSING, |_| {
        call(libc::SYS_msgget, &[0, 0o1600])
    }),
];

fn socket(family: c_int, kind: c_int) -> io::Result<()> {
    call(libc::SYS_socket, &[family as usize, kind as usize, 0])
}
