#!/bin/bash
# A command on the kernel that Debian ships, whatever kernel this machine has:
# its package is unpacked, started under emulation, and sees this machine's
# files read-only, this folder as /mnt, with a /tmp of its own. Everything is
# root's, and nothing reaches a network.
# usage: guest.sh BUILD COMMAND...; BUILD keeps the kernel for the next time
set -eu
mkdir -p "$1"
build=$(readlink -f "$1")
shift
"$(dirname "$(readlink -f "$0")")/packages.sh" qemu-system-x86 busybox-static cpio kmod

unpack() { # the kernel that linux-image-amd64 stands for
	local name
	name=$(apt-cache depends linux-image-amd64 | awk '/Depends:/ { print $2; exit }')
	(cd "$build" && apt-get -qq -o APT::Sandbox::User=root download "$name")
	rm -rf "$build/part"
	dpkg-deb -x "$build/$name"_*.deb "$build/part"
	rm "$build/$name"_*.deb
	mv "$build/part" "$build/kernel"
}

modules() { # NAME...: with what each needs, in the order of loading
	local release
	release=$(ls "$build/kernel/lib/modules")
	[ -e "$build/kernel/lib/modules/$release/modules.dep" ] ||
		depmod -b "$build/kernel" "$release"
	modprobe -S "$release" -d "$build/kernel" -a -D "$@" |
		awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# The first program of the guest. What is asked for stands in /command.
init() {
	cat <<- 'EOF'
		#!/bin/busybox sh
		/bin/busybox mkdir -p /proc /sys /dev /host
		/bin/busybox mount -t proc proc /proc
		/bin/busybox mount -t sysfs sysfs /sys
		/bin/busybox mount -t devtmpfs devtmpfs /dev
		while read -r module; do /bin/busybox insmod "$module"; done < /modules
		/bin/busybox mount -t securityfs securityfs /sys/kernel/security
		/bin/busybox mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose host /host
		/bin/busybox mount -o bind "/host$(/bin/busybox cat /folder)" /host/mnt
		for at in proc sys dev; do /bin/busybox mount -o rbind /$at /host/$at; done
		for at in tmp run var/tmp; do /bin/busybox mount -t tmpfs tmpfs /host/$at; done
		/bin/busybox mkdir -p /dev/shm /dev/pts
		/bin/busybox mount -t tmpfs tmpfs /dev/shm
		/bin/busybox mount -t devpts devpts /dev/pts
		/bin/busybox ip link set lo up
		/bin/busybox cp /command /host/tmp/command
		/bin/busybox chroot /host /bin/bash /tmp/command
		echo "guest: exit $?"
		/bin/busybox poweroff -f
	EOF
}

pack() { # COMMAND...
	local root=$build/root module
	rm -rf "$root" && mkdir -p "$root/bin" "$root/lib"
	cp /bin/busybox "$root/bin/"
	for module in $(modules virtio_pci 9pnet_virtio 9p); do
		cp "$module" "$root/lib/"
		echo "/lib/${module##*/}" >> "$root/modules"
	done
	echo "$PWD" > "$root/folder"
	printf 'cd /mnt\nexport PATH=%q HOME=/tmp TMPDIR=/tmp\n%s\n' \
		/usr/sbin:/usr/bin:/sbin:/bin "$(printf '%q ' "$@")" > "$root/command"
	init > "$root/init"
	chmod +x "$root/init"
	(cd "$root" && find . | cpio --quiet -o -H newc) > "$build/initramfs"
}

[ -d "$build/kernel" ] || unpack
pack "$@"
qemu-system-x86_64 -accel tcg -cpu max -smp "$(nproc)" -m 3072 -nographic \
	-no-reboot -nic none -kernel "$build"/kernel/boot/vmlinuz-* \
	-initrd "$build/initramfs" -append 'console=ttyS0 quiet panic=-1' \
	-virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap \
	< /dev/null | sed -u 's,\r$,,' | tee "$build/console"
grep -qx 'guest: exit 0' "$build/console"
