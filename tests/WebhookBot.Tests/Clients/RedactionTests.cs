using WebhookBot.Clients;

namespace WebhookBot.Tests.Clients;

public sealed class RedactionTests
{
    [Theory]
    [InlineData("ghs_abcDEF123"), InlineData("ghp_abcDEF123"), InlineData("github_pat_11ABC_def"), InlineData("xoxb-1-2-abc")]
    [InlineData("xoxp-1-2"), InlineData("xapp-1-A"), InlineData("whsec_MfKQ9r8G")]
    public void Removes_what_looks_like_a_credential(string secret) =>
        Assert.Equal("before *** after", Redaction.Clean($"before {secret} after"));

    [Fact]
    public void Removes_authorization_and_the_user_part_of_addresses()
    {
        Assert.DoesNotContain("abcdefgh1", Redaction.Clean("Authorization: Bearer abcdefgh1"), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", Redaction.Clean("https://me:hush@example.com/"), StringComparison.Ordinal);
    }

    [Fact]
    public void Leaves_one_short_line_without_disguises()
    {
        Assert.Equal("a  b  c", Redaction.Clean("a\r\nb\u202E\u001bc"));
        Assert.Equal(301, Redaction.Clean(new string('x', 1000)).Length);
        Assert.Equal("", Redaction.Clean(null));
    }
}
