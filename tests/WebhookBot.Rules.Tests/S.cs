namespace T; public class S { [Fact] public void A() { Assert.Equal(2, 1+1); } }
