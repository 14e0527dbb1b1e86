using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

/// <summary>What is packed comes back as it was, or is told to be damaged.</summary>
public sealed class ContentCodecTests
{
    private static readonly byte[] s_raw = [.. Enumerable.Range(0, 20_000).Select(i => (byte)"{\"key\": [1, 22, 333]}"[i * i % 97 % 21])];

    [Theory]
    [InlineData(513)]
    [InlineData(20_000)]
    [InlineData(25 << 20)]
    public void Content_comes_back_as_it_was(int length)
    {
        var raw = new byte[length];
        for (var at = 0; at < length; at += s_raw.Length)
        {
            s_raw.AsSpan(0, Math.Min(s_raw.Length, length - at)).CopyTo(raw.AsSpan(at));
        }

        var writer = new PayloadWriter(16);
        writer.Content(raw);
        Assert.InRange(writer.Length, 10, length / 2);
        Assert.True(raw.AsSpan().SequenceEqual(new PayloadReader(writer.Written).Content()));
    }

    [Fact]
    public void What_does_not_get_smaller_is_kept_as_it_is()
    {
        var raw = new byte[20_000];
        new Random(7).NextBytes(raw);
        var writer = new PayloadWriter(16);
        writer.Content(raw);
        Assert.Equal(1 + raw.Length, writer.Length);
        Assert.Equal(raw, new PayloadReader(writer.Written).Content());
    }

    [Fact]
    public void Damaged_content_is_damage_whatever_it_says()
    {
        var writer = new PayloadWriter(16);
        writer.Content(s_raw);
        var packed = writer.Written.ToArray();
        var random = new Random(11);
        var told = 0;
        for (var i = 0; i < 20_000; i++)
        {
            // The length it says stays: a frame's checksum is what guards that.
            var damaged = packed[..random.Next(5, packed.Length + 1)];
            damaged[0] = (byte)random.Next(1, 5);
            for (var n = random.Next(1, 8); n > 0 && damaged.Length > 5; n--)
            {
                damaged[random.Next(5, damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                Assert.Equal(s_raw.Length, new PayloadReader(damaged).Content().Length);
            }
            catch (InvalidDataException)
            {
                told++;
            }
        }

        Assert.InRange(told, 15_000, 20_000);
    }
}
