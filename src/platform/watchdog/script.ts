// The watchdog itself: a program in Perl, so that neither a garbage collection, nor the death of whoever renews, nor a disk that
// hangs keeps it from its deadline. It sleeps until then or until it is told something, in locked memory, and starts nothing
// when it fires. Its calls of the kernel are such that return at once; signals to everything go out before any that might not.
//
//   disarmed --arm--> armed --the deadline passes, or fire--> fired --arm--> armed
//                     holding (armed without an end)            | looks for newcomers until then
//
// Arguments: socket, file of the targets, folder of the control groups. A line in, a line out; see contract.ts and wire.ts.
import {
  CONNECTIONS_MAX,
  LINE_BYTES_MAX,
  LOOK_PAUSE_MS,
  LOOK_PAUSE_MS_MAX,
  SLEEP_MS_MAX,
  STRIKES_MAX,
} from './limits.ts';

/** Moves itself to the top of every hierarchy: below it a real-time process may not run, or is killed with its group. */
export const WATCHDOG_START = `root=$4
if [ -e "$root/cgroup.controllers" ]; then echo $$ > "$root/cgroup.procs"
else for each in "$root"/*/cgroup.procs; do echo $$ > "$each"; done
fi 2> /dev/null
chrt -f 50 true 2> /dev/null && exec chrt -f 50 perl "$@"
exec perl "$@"
`;

const BEGIN = String.raw`# Ends what a node runs when its time is over. Written anew by whoever starts it.
use strict;
use warnings;
use Config;
use Fcntl;
use Socket;

my ($socket_path, $targets_file, $root) = @ARGV;
my $v2 = -e "$root/cgroup.controllers";
my @roots = $v2 ? ($root) : grep { -e "$_/cgroup.procs" } map { "$root/$_" } qw(memory cpu pids freezer);
my %targets = (volumes => [], groups => [], mountsBelow => [], links => []);
my ($state, $until, $id) = ('disarmed');
my (%killed, %aborted);
my ($times, $links_down, $pause, $look_at) = (0, 0, 0, 0);
my $connections;

open(my $uptime, '<', '/proc/uptime') or die "no /proc/uptime: $!\n";
sub boot_ms {
  sysseek($uptime, 0, 0);
  sysread($uptime, my $text, 64);
  return $text =~ /^(\d+)\.(\d\d)/ ? $1 * 1000 + $2 * 10 : 9e15;
}

# A child writes it: the log may stand on a disk that hangs.
sub say_so {
  my ($level, $message) = @_;
  my ($second, $minute, $hour, $day, $month, $year) = gmtime;
  my $time = sprintf '%04d-%02d-%02dT%02d:%02d:%02dZ', $year + 1900, $month + 1, $day, $hour, $minute, $second;
  my $line = qq({"time":"$time","level":"$level","component":"watchdog","message":"$message"}\n);
  my $child = fork;
  return if $child || !defined $child;
  syswrite STDERR, $line;
  kill 'KILL', $$;
}

sub write_control {
  my ($file, $text) = @_;
  sysopen(my $handle, $file, O_WRONLY) or return 0;
  return defined syswrite $handle, $text;
}

# A folder and all below it. The number of links tells that a group has none below.
sub folders_below {
  my ($folder) = @_;
  my $links = (lstat $folder)[3] or return ();
  my @found = ($folder);
  return @found if $links == 2;
  opendir(my $handle, $folder) or return ();
  for my $name (readdir $handle) {
    push @found, folders_below("$folder/$name") if $name !~ /^\.\.?$/ && -d "$folder/$name";
  }
  return @found;
}

# Processes in groups and below, but not this one. Those of another pid namespace show as 0, which kill would take for ours.
sub processes_in {
  my %found;
  for my $group (@_) {
    for my $folder (map { folders_below("$_$group") } @roots) {
      open(my $handle, '<', "$folder/cgroup.procs") or next;
      while (my $line = <$handle>) { $found{$1} = 1 if $line =~ /^([1-9]\d*)$/ && $1 != $$ }
    }
  }
  return keys %found;
}

# Told by the kernel in one line, for the group and all below it.
sub is_empty {
  my ($group) = @_;
  my ($file, $empty) = $v2 ? ("$root$group/cgroup.events", qr/^populated 0$/m) : ("$root/pids$group/pids.current", qr/^0$/);
  open(my $handle, '<', $file) or return 0;
  sysread $handle, my $text, 256;
  return $text =~ $empty;
}

sub freezer {
  my ($to, @groups) = @_;
  for my $group (@groups) {
    my @folders = $to eq 'FROZEN' ? "$root/freezer$group" : folders_below("$root/freezer$group");
    write_control("$_/freezer.state", $to) for @folders;
  }
}

# SIGKILL to everything in the groups, until nothing new shows. On version 1 nothing forks meanwhile, as far as the freezer is
# quick; it is not waited for. Thawed at the end, whoever froze it, for what is frozen does not die. Answers how many were new.
sub strike {
  my @groups = grep { !is_empty($_) } @_;
  my $new = 0;
  for (1 .. ${STRIKES_MAX}) {
    freezer('FROZEN', @groups) if !$v2;
    my @seen = processes_in(@groups);
    if ($v2) { write_control("$root$_/cgroup.kill", '1') for @groups }
    my $before = $new;
    for my $pid (@seen) {
      $new++ if !$killed{$pid}++;
      kill 'KILL', $pid;
    }
    freezer('THAWED', @groups) if !$v2;
    last if $new == $before;
  }
  return $new;
}
`;

const FIRE = String.raw`
# The connections of FUSE file systems, by an open folder: a mount of it that nobody else sees or can take away.
sub open_connections {
  my $folder = "$socket_path.fuse";
  mkdir $folder, 0700;
  if (system('mount', '-t', 'fusectl', 'none', $folder) == 0) {
    opendir($connections, $folder);
    system('umount', '-l', $folder);
  }
  rmdir $folder;
  say_so('warn', 'there is no fusectl: connections of FUSE mounts cannot be aborted') if !$connections;
}

# Numbers of the connections of FUSE mounts at or below the folders.
sub connections_below {
  my @folders = @_;
  return () if !@folders || !open(my $handle, '<', '/proc/self/mountinfo');
  my %found;
  while (my $line = <$handle>) {
    my ($minor, $point, $type) = $line =~ /^\d+ \d+ \d+:(\d+) \S+ (\S+) .*? - (\S+) / or next;
    next if $type !~ /^fuse(\.|$)/;
    $point =~ s/\\([0-7]{3})/chr oct $1/ge;
    $found{$minor} = 1 if grep { $point eq $_ || index($point, "$_/") == 0 } @folders;
  }
  return keys %found;
}

sub abort_connections {
  return if !$connections;
  for my $minor (connections_below(@{ $targets{mountsBelow} })) {
    write_control('/proc/self/fd/' . fileno($connections) . "/$minor/abort", '1') and $aborted{$minor} = 1;
  }
}

# netdevice(7): SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP.
sub take_links_down {
  my @names = @_;
  return if !@names || !socket(my $handle, AF_INET, SOCK_DGRAM, 0);
  for my $name (@names) {
    my $request = pack 'a16 s x22', $name, 0;
    next if !ioctl $handle, 0x8913, $request;
    my $flags = (unpack 'a16 s', $request)[1];
    next if !($flags & 1);
    $request = pack 'a16 s x22', $name, $flags & ~1;
    $links_down++ if ioctl $handle, 0x8914, $request;
  }
}

# Clients of volumes first, so that nothing written from here on arrives.
sub look {
  my $new = strike(@{ $targets{volumes} }) + strike(@{ $targets{groups} });
  abort_connections();
  take_links_down(@{ $targets{links} });
  $pause = $new ? ${LOOK_PAUSE_MS} : $pause * 2;
  $pause = ${LOOK_PAUSE_MS_MAX} if $pause > ${LOOK_PAUSE_MS_MAX};
  $look_at = boot_ms() + $pause;
}

sub fire {
  my ($why) = @_;
  return if $state eq 'fired';
  $state = 'fired';
  $times++;
  (%killed, %aborted) = ();
  ($links_down, $pause) = (0, ${LOOK_PAUSE_MS});
  look();
  say_so('warn', "$why: killed " . keys(%killed) . ' processes, aborted ' . keys(%aborted) . " connections, took $links_down links down");
}
`;

const TOLD = String.raw`
sub strings_of {
  my ($key, $line) = @_;
  my ($list) = $line =~ /"$key":\[((?:"(?:[^"\\]|\\.)*",?)*)\]/ or return undef;
  my @found = $list =~ /"((?:[^"\\]|\\.)*)"/g;
  for (@found) { s/\\u00([0-9a-f]{2})/chr hex $1/ge; s/\\n/\n/g; s/\\t/\t/g; s/\\(["\\\/])/$1/g }
  return \@found;
}

# Replaces the targets, all of them or none. Answers what is wrong with them.
sub aim {
  my ($line) = @_;
  my %new;
  for my $key (keys %targets) { $new{$key} = strings_of($key, $line) or return "no list of $key" }
  for my $group (@{ $new{volumes} }, @{ $new{groups} }) {
    return 'a group that is the root, or no plain path' if $group !~ m{^(/[\w.:-]+)+$} || $group =~ m{/\.\.?(/|$)};
  }
  for my $folder (@{ $new{mountsBelow} }) { return 'a folder that is no path' if $folder !~ m{^/.*[^/]$}s }
  for my $link (@{ $new{links} }) { return 'a link with no name of one' if $link !~ m{^[^/\s]{1,15}$} }
  %targets = %new;
  return '';
}

# While it has not fired, only the lease that it was armed with goes on past a deadline that went by unseen: that it is renewed
# proves that it never ended.
sub arm {
  my ($line) = @_;
  my ($new_id) = $line =~ /"id":(\d+)/ or return 'no id';
  my $unbounded = $line =~ /"unbounded":true/;
  my ($new_until) = $line =~ /"untilMs":(\d+)/;
  return 'no time' if !$unbounded && !defined $new_until;
  my $now = boot_ms();
  if ($state eq 'armed' && $now >= $until && $new_id != $id) {
    fire('the deadline has passed');
    return 'it has fired';
  }
  return 'the time has passed' if $state eq 'fired' && !$unbounded && $new_until <= $now;
  ($state, $until, $id) = $unbounded ? ('holding', undef, $new_id) : ('armed', $new_until, $new_id);
  return '';
}

sub standing {
  my $real_time = $_[0] ? 'true' : 'false';
  my $clean = processes_in(@{ $targets{volumes} }, @{ $targets{groups} }) ? 'false' : 'true';
  my $fired = sprintf '{"times":%d,"killed":%d,"aborted":%d,"linksDown":%d}', $times, scalar keys %killed, scalar keys %aborted, $links_down;
  my $held = (defined $until ? qq("untilMs":$until,) : '') . (defined $id ? qq("id":$id,) : '');
  return qq("state":"$state",$held"fired":$fired,"clean":$clean,"realTime":$real_time);
}

sub answer {
  my ($line, $real_time) = @_;
  my ($what, $seq) = $line =~ /^\{"do":"(\w+)","seq":(\d+)/ or return qq({"seq":0,"error":"no such form"}\n);
  my $wrong = '';
  if ($what eq 'state') { return qq({"seq":$seq,) . standing($real_time) . "}\n" }
  elsif ($what eq 'arm') { $wrong = arm($line) }
  elsif ($what eq 'targets') { $wrong = aim($line) }
  elsif ($what eq 'fire') { fire('told to') }
  elsif ($what eq 'disarm') { ($state, $until, $id) = ('disarmed', undef, undef) }
  else { $wrong = 'no such order' }
  return $wrong ? qq({"seq":$seq,"error":"$wrong"}\n) : qq({"seq":$seq}\n);
}
`;

const MAIN = String.raw`
my (%clients, $listener);

sub drop { my ($key) = @_; close $clients{$key}{handle}; delete $clients{$key} }

# Whoever does not read, or sends without an end, is not waited for.
sub hear {
  my ($key, $real_time) = @_;
  my $client = $clients{$key};
  my $got = sysread $client->{handle}, $client->{text}, 65536, length $client->{text};
  return if !defined $got && $!{EAGAIN};
  return drop($key) if !$got;
  while ($client->{text} =~ s/^([^\n]*)\n//) {
    my $line = answer($1, $real_time);
    my $sent = syswrite $client->{handle}, $line;
    return drop($key) if ($sent || 0) != length $line;
  }
  drop($key) if length $client->{text} > ${LINE_BYTES_MAX};
}

sub listen_at {
  my $address = pack_sockaddr_un($socket_path);
  socket(my $other, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!\n";
  die "a watchdog answers at $socket_path already\n" if connect $other, $address;
  unlink $socket_path;
  socket($listener, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!\n";
  umask 077;
  bind($listener, $address) or die "cannot listen at $socket_path: $!\n";
  listen($listener, ${CONNECTIONS_MAX});
  fcntl $listener, F_SETFL, O_NONBLOCK;
}

sub admit {
  accept(my $handle, $listener) or return;
  return if keys %clients >= ${CONNECTIONS_MAX};
  fcntl $handle, F_SETFL, O_NONBLOCK;
  $clients{ fileno $handle } = { handle => $handle, text => '' };
}

# How long to sleep, in milliseconds; undef: until told something. Sleep does not count the time that the machine is
# suspended, so it is short while there is a deadline.
sub rest_ms {
  my ($now) = @_;
  return undef if $state eq 'disarmed' || $state eq 'holding';
  my $rest = ($state eq 'fired' ? $look_at : $until) - $now;
  return $rest < 0 ? 0 : $rest > ${SLEEP_MS_MAX} ? ${SLEEP_MS_MAX} : $rest;
}

# What was told before it is heard before a deadline that has passed is acted on: it may be renewed already.
sub turn {
  my ($real_time) = @_;
  my $wanted = '';
  vec($wanted, $_, 1) = 1 for fileno($listener), keys %clients;
  my $rest = rest_ms(boot_ms());
  my $ready = select my $seen = $wanted, undef, undef, defined $rest ? $rest / 1000 : undef;
  if ($ready > 0) {
    for my $key (keys %clients) { hear($key, $real_time) if vec $seen, $key, 1 }
    admit() if vec $seen, fileno($listener), 1;
  }
  my $now = boot_ms();
  if ($state eq 'armed' && $now >= $until) { fire('the deadline has passed') }
  elsif ($state eq 'fired' && $now >= $look_at) { look() }
}

# mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT): what was used once stays, and firing never waits for a disk.
sub stay_in_memory {
  my $number = $Config{archname} =~ /^x86_64/ ? 151 : $Config{archname} =~ /^aarch64/ ? 230 : return 0;
  return syscall($number, 7) == 0;
}

open_connections();
$SIG{$_} = 'IGNORE' for qw(PIPE HUP CHLD);
write_control('/proc/self/oom_score_adj', '-1000');
if (open my $handle, '<', $targets_file) {
  my $wrong = aim(scalar <$handle>);
  die "$targets_file: $wrong\n" if $wrong;
}
open(my $stat, '<', '/proc/self/stat') or die "no /proc/self/stat: $!\n";
my $real_time = (split ' ', (<$stat> =~ /\) (.*)/)[0])[38] == 1;
# Everything that firing takes is used once, on nothing.
{ strike(); connections_below('/none'); take_links_down('none.'); standing($real_time) }
my $locked = stay_in_memory();
say_so('warn', 'it runs without real-time priority: chrt was refused') if !$real_time;
say_so('warn', 'its memory cannot be locked') if !$locked;
listen_at();
turn($real_time) while 1;
`;

/** The program, whole. */
export const WATCHDOG_SCRIPT = BEGIN + FIRE + TOLD + MAIN;
