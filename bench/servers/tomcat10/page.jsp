<%@ page contentType="text/plain" session="true" %><%
Integer visits = (Integer) session.getAttribute("visits");
visits = visits == null ? 1 : visits + 1;
session.setAttribute("visits", visits);
String text = request.getParameter("text");
if (text != null && text.equals("fail")) throw new RuntimeException("failed on purpose");
out.print(visits + " " + request.getMethod() + " " + (text == null ? "" : new StringBuilder(text).reverse()));
%>
