# Mail::DKIM's verdict on the message on standard input, a line each: algorithm, selector, result. The first argument
# is a file with the records, name and text parted by a tab, as no DNS server is asked.
use strict;
use warnings;
use Mail::DKIM::DNS;
use Mail::DKIM::Verifier;

open(my $file, '<', $ARGV[0]) or die "$ARGV[0]: $!";
my %records = map { chomp; split(/\t/, $_, 2) } <$file>;

{
    package Record;
    sub new { my ($class, $text) = @_; return bless {text => $text}, $class }
    sub type { return 'TXT' }
    sub txtdata { my ($self) = @_; return $self->{text} }
}

{
    no warnings 'redefine';
    *Mail::DKIM::DNS::query = sub {
        my ($name) = @_;
        return exists $records{$name} ? (Record->new($records{$name})) : ();
    };
}

my $verifier = Mail::DKIM::Verifier->new;
binmode(STDIN);
while (my $line = <STDIN>) { $verifier->PRINT($line) }
$verifier->CLOSE;
printf("%s %s %s\n", $_->algorithm, $_->selector, $_->result) for $verifier->signatures;
